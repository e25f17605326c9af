import { gunzipSync } from 'node:zlib'
import type { Scope } from '@watchbill/contract/scope'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { createC2spClient } from '../testing/c2sp-client.ts'
import { createSampleLog, type SampleLog } from '../testing/log-samples.ts'

const drills = process.env.WATCHBILL_DRILLS === '1'
const size = drills ? 70_000 : 1100
const pending = 30

let world: TestApp
let log: SampleLog
let key: string
beforeAll(async () => {
  world = await createTestApp()
  log = await sampleLog(world, 'other', size)
  await log.append(pending)
  key = await world.key(['audit:read'], 'other')
})
afterAll(() => world.close())

const sampleLog = async (app: TestApp, workspace: string, count: number) => {
  const made = await createSampleLog((sql, args) => app.database.raw(sql, args), { workspace })
  await made.append(count)
  await made.checkpoint()
  return made
}

const get = (path: string, token: string | null = key, headers: Record<string, string> = {}) =>
  world.request(`/log/${path}`, {
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
  })
const publish = (workspace: string, published: 0 | 1) =>
  world.database.raw('UPDATE logs SET published = ? WHERE workspace_id = ?', [BigInt(published), workspace])

describe('a client that knows nothing but the specifications', () => {
  test('reads the whole log and comes to the root of its checkpoint', async () => {
    const { entries, ...rest } = await createC2spClient((path) => get(`other/${path}`), log.vkey).audit()
    expect(rest).toEqual({ origin: 'watchbill.example.com/log/other', size })
    expect(entries.map(String)).toEqual(log.headers.slice(0, size))
  })

  test.each([1, 255, 256, 257])('and one of %i entries', async (count) => {
    const app = await createTestApp()
    const { vkey } = await sampleLog(app, 'demo', count)
    const token = await app.key(['audit:read'], 'demo')
    const headers = { authorization: `Bearer ${token}` }
    const client = createC2spClient((path) => app.request(`/log/demo/${path}`, { headers }), vkey)
    expect((await client.audit()).entries).toHaveLength(count)
    await app.close()
  })

  test('notices one byte changed past the triggers', async () => {
    const app = await createTestApp()
    const { vkey } = await sampleLog(app, 'demo', 300)
    const headers = { authorization: `Bearer ${await app.key(['audit:read'], 'demo')}` }
    await app.database.raw('DROP TRIGGER entries_no_update')
    await app.database.raw(
      `UPDATE entries SET header = CAST(replace(CAST(header AS TEXT), 'tool.called', 'tool.callee') AS BLOB)
        WHERE workspace_id = 'demo' AND seq = 123`,
    )
    const client = createC2spClient((path) => app.request(`/log/demo/${path}`, { headers }), vkey)
    await expect(client.audit()).rejects.toThrow('entry 123 is not its leaf')
    await app.close()
  })
})

describe('tiles', () => {
  const bytesOf = async (path: string) => {
    const response = await get(`other/tile/${path}`)
    return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) }
  }
  const leaves = (from: number, count: number) => Buffer.concat(log.leaves.slice(from, from + count))

  test('a partial tile of every width there was, and a full one asked for as partial', async () => {
    const last = Math.floor(size / 256)
    const width = size % 256
    const name = String(last).padStart(3, '0')
    for (const wanted of [1, 2, Math.floor(width / 2), width - 1, width]) {
      expect(await bytesOf(`0/${name}.p/${wanted}`)).toEqual({
        status: 200,
        bytes: leaves(last * 256, wanted),
      })
    }
    for (const wanted of [1, 128, 255])
      expect(await bytesOf(`0/000.p/${wanted}`)).toEqual({ status: 200, bytes: leaves(0, wanted) })
    expect(await bytesOf('0/001')).toEqual({ status: 200, bytes: leaves(256, 256) })
  })

  test('nothing above the checkpoint, whatever the log has come to since', async () => {
    const last = String(Math.floor(size / 256)).padStart(3, '0')
    const width = size % 256
    for (const path of [`0/${last}`, `0/${last}.p/${width + 1}`, `entries/${last}.p/${width + 1}`, '5/000'])
      expect((await get(`other/tile/${path}`)).status, path).toBe(404)
    expect((await get('other/tile/63/000.p/1')).status).toBe(404)
  })

  test.each([
    ...['0', '0/', '/0/000', '0//000', '0/0', '0/00', '0/0000', '0/x000/001', '00/000', '64/000', '-1/000'],
    ...['0/000.p/0', '0/000.p/256', '0/000.p/01', '0/000.p/', '0/000.p', '0/000.p/1/', '0/000/', '0/000.q/1'],
    ...[
      'entries',
      'entries/',
      'entries/000.p/300',
      'entries/x999/x999/x999/x999/x999/x999/999',
      'Entries/000',
    ],
    ...['0/000%2ep/1', '0%2F000', '0/00%30', '%30/000', '0/000%00', '0/000%0a', '0/٠٠٠'],
    ...['0/000?x=1', '..%2fcheckpoint', '0/000;a', 'checkpoint', 'x'.repeat(120)],
  ])('%s is no tile', async (path) => {
    const response = await get(`other/tile/${path}`)
    const text = await response.text()
    expect([400, 404], `${response.status} ${text}`).toContain(response.status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
  })

  test('types, caches and compression', async () => {
    const tile = await get('other/tile/0/000')
    expect(tile.headers.get('content-type')).toBe('application/octet-stream')
    expect(tile.headers.get('cache-control')).toBe('private, max-age=31536000, immutable')
    expect(tile.headers.get('access-control-allow-origin')).toBeNull()
    const checkpoint = await get('other/checkpoint')
    expect(checkpoint.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(checkpoint.headers.get('cache-control')).toBe('private, max-age=1')

    const plain = await get('other/tile/entries/000', key, { 'accept-encoding': 'gzip;q=0, br' })
    const packed = await get('other/tile/entries/000', key, { 'accept-encoding': 'br, gzip' })
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    expect(packed.headers.get('vary')).toContain('accept-encoding')
    const bytes = Buffer.from(await plain.arrayBuffer())
    const small = Buffer.from(await packed.arrayBuffer())
    expect(gunzipSync(small).equals(bytes)).toBe(true)
    expect(small.length * 2).toBeLessThan(bytes.length)
  })

  test('HEAD answers as GET does, without a body; nothing else is taken', async () => {
    const authorization = `Bearer ${key}`
    const head = await world.request('/log/other/tile/0/000', { method: 'HEAD', headers: { authorization } })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const put = await world.request('/log/other/tile/0/000', { method: 'PUT', headers: { authorization } })
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  test('through the typed client', async () => {
    const reply = await world.client(key).readTile({ params: { workspace: 'other', path: '0/000.p/3' } })
    expect(Buffer.from(await reply.arrayBuffer())).toEqual(leaves(0, 3))
  })
})

describe('who may read', () => {
  const paths = ['checkpoint', 'tile/0/000', 'tile/entries/000']
  const refusalOf = async (path: string, token: string | null) => {
    const response = await get(path, token)
    const { requestId: _, ...problem } = (await response.json()) as Record<string, unknown>
    return { status: response.status, problem, cache: response.headers.get('cache-control') }
  }
  const everyOther: Scope[] = ['fleet:read', 'log:read', 'audit:erase', 'key:read', 'probe:read']

  test.each(paths)('%s: a forbidden log and a missing one are the same 404', async (path) => {
    const missing = await refusalOf(`nowhere/${path}`, null)
    expect(missing).toMatchObject({ status: 404, cache: 'no-store' })
    expect(await refusalOf(`other/${path}`, null)).toEqual(missing)
    expect(await refusalOf(`other/${path}`, await world.key(everyOther, 'other'))).toEqual(missing)
    expect(await refusalOf(`other/${path}`, await world.key(['audit:read'], 'default'))).toEqual(missing)
    expect(await refusalOf(`other/${path}`, `wb_other_key_${'a'.repeat(43)}`)).toEqual(missing)
  })

  test('a workspace named in the query changes nothing', async () => {
    const foreign = await world.key(['audit:read'], 'default')
    expect((await get('other/checkpoint?workspace=other', foreign)).status).toBe(404)
    expect((await get('other/checkpoint?workspace=other', null)).status).toBe(404)
  })

  test('once published, anyone', async () => {
    await publish('other', 1)
    for (const path of paths) {
      const response = await get(`other/${path}`, null)
      expect(response.status, path).toBe(200)
      expect(response.headers.get('cache-control')).toMatch(/^public, /)
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect((await get(`other/${path}`, `wb_other_key_${'a'.repeat(43)}`)).status, path).toBe(200)
    }
    await publish('other', 0)
    expect((await get('other/checkpoint', null)).status).toBe(404)
  })

  test('before the first checkpoint there is nothing to read', async () => {
    await (await createSampleLog((sql, args) => world.database.raw(sql, args), { workspace: 'demo' })).append(
      3,
    )
    const token = await world.key(['audit:read'], 'demo')
    for (const path of paths) expect((await get(`demo/${path}`, token)).status, path).toBe(404)
  })
})
