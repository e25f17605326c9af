import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import openapi from '@watchbill/contract/openapi.json' with { type: 'json' }
import { HealthDocument } from '@watchbill/contract/probes'
import { afterEach, describe, expect, test } from 'vitest'
import { seal } from '../seal/seal.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../testing/app.ts'
import { findTemplate, openAt } from '../testing/database.ts'
import { startHranaPeer } from '../testing/hrana-peer.ts'
import { createSealDesk, openTestPlace } from '../testing/seal-desk.ts'
import { signInCookie } from '../testing/sign-in.ts'
import { startStallingRelay } from '../testing/stalling-relay.ts'
import { until } from '../testing/until.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})
const start = async (options: TestAppOptions = {}): Promise<TestApp> => {
  const test = await createTestApp(options)
  cleanups.push(() => test.close())
  return test
}
/** The same with what signs checkpoints. */
const startSealed = async (): Promise<TestApp> => {
  const { place, cleanup } = await openTestPlace()
  cleanups.push(cleanup)
  const world = await start()
  const { sealing } = await createSealDesk(world.database, place)
  Object.assign(world.deps, { sealing })
  return world
}
const json = { accept: 'application/health+json' }
const seer = async (test: TestApp) => ({ authorization: `Bearer ${await test.key(['probe:read'])}` })
const status = async (test: TestApp, path: string, headers: Record<string, string> = {}) =>
  (await test.request(path, { headers })).status
const text = async (test: TestApp, path: string, headers: Record<string, string> = {}) =>
  (await test.request(path, { headers })).text()

describe('anonymous callers', () => {
  test.each([
    '/livez',
    '/readyz',
    '/readyz/database',
    '/readyz?verbose',
    '/livez?verbose',
    '/readyz?exclude=nope',
  ])('%s says ok and no more', async (path) => {
    const world = await start()
    const response = await world.request(path)
    expect([response.status, await response.text()]).toEqual([200, 'ok\n'])
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await (await world.request(path, { headers: json })).json()).toEqual({ status: 'pass' })
  })

  test('learn no more from a failure than that it is one', async () => {
    const world = await start({ deps: { ping: () => Promise.reject(new Error('secret path /srv/x')) } })
    const response = await world.request('/readyz?verbose')
    expect([response.status, await response.text()]).toEqual([503, 'not ok\n'])
    expect(await (await world.request('/readyz', { headers: json })).json()).toEqual({ status: 'fail' })
    expect(await status(world, '/livez')).toBe(200)
  })

  test('with a bad key are anonymous to probes, and refused metrics', async () => {
    const world = await start()
    const authorization = `Bearer wb_default_key_${'a'.repeat(43)}`
    expect(await text(world, '/readyz?verbose', { authorization })).toBe('ok\n')
    expect(await status(world, '/metrics')).toBe(401)
    const other = { authorization: `Bearer ${await world.key(['fleet:read'])}` }
    expect(await text(world, '/readyz?verbose', other)).toBe('ok\n')
    expect(await status(world, '/metrics', other)).toBe(403)
  })
})

describe('with probe:read', () => {
  test('verbose lines read as kube-apiserver writes them', async () => {
    const world = await startSealed()
    const headers = await seer(world)
    expect(await text(world, '/readyz', headers)).toBe('ok\n')
    expect(await text(world, '/readyz?verbose', headers)).toBe(
      '[+]database ok\n[+]migrations ok\n[+]journal ok\n[+]writes ok\n[+]sealing ok\nreadyz check passed\n',
    )
    expect(await text(world, '/readyz/journal?verbose', headers)).toBe(
      '[+]journal ok\nreadyz/journal check passed\n',
    )
  })

  test('exclude takes a list, repeats, and warns of names it does not know', async () => {
    const world = await startSealed()
    await world.database.raw("UPDATE workspaces SET change_seq = 7 WHERE id = 'default'")
    await world.database.raw("INSERT INTO changes VALUES ('default', 5, 0, 'agent', 'x')")
    const headers = await seer(world)
    const failing = await world.request('/readyz?exclude=writes', { headers })
    expect(failing.status).toBe(503)
    expect(await failing.text()).toMatch(/^\[-\]journal failed: the journal of default ends at 5.*7/m)
    const spared = await text(
      world,
      '/readyz?verbose&exclude=journal,nope&exclude=writes&exclude="x',
      headers,
    )
    expect(spared).toBe(
      '[+]database ok\n[+]migrations ok\n[+]journal excluded: ok\n[+]writes excluded: ok\n[+]sealing ok\n' +
        'warn: some health checks cannot be excluded: no matches for "nope","\\"x"\nreadyz check passed\n',
    )
    expect(await status(world, '/readyz?exclude=journal')).toBe(200)
    expect(await status(world, '/readyz?exclude=database')).toBe(503)
  })

  test('health+json carries status, reason, age and threshold of each check', async () => {
    const world = await start({
      deps: { expectMigration: async () => ({ ok: false, expected: '0002_x', found: '0001_base' }) },
    })
    const response = await world.request('/readyz', { headers: { ...json, ...(await seer(world)) } })
    expect(response.status).toBe(503)
    expect(response.headers.get('content-type')).toBe('application/health+json')
    const document = HealthDocument.parse(await response.json())
    expect(document).toMatchObject({ status: 'fail', version: '0.0.0', releaseId: 'test' })
    expect(Object.keys(document.checks ?? {})).toEqual([
      'database',
      'migrations',
      'journal',
      'writes',
      'sealing',
    ])
    expect(document.checks?.migrations).toEqual([
      expect.objectContaining({
        status: 'fail',
        reason: 'the schema is 0001_base, this build expects 0002_x',
        threshold: '0002_x',
        ageMs: expect.any(Number),
      }),
    ])
    expect(document.checks?.database?.[0]).toMatchObject({
      status: 'pass',
      unit: 'ms',
      observed: expect.any(Number),
    })
  })

  test('a check that does not exist is 404, and says which do', async () => {
    const world = await start()
    const response = await world.request('/readyz/disk')
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('database, migrations, journal, writes, sealing')
    expect(await status(world, '/readyz/..%2f')).toBeGreaterThanOrEqual(400)
  })

  test('a database that cannot be written is not ready', async () => {
    const world = await start({
      deps: { ingest: () => Promise.reject(new Error('SQLITE_FULL: disk is full')) },
    })
    expect(await text(world, '/readyz?verbose', await seer(world))).toContain(
      '[-]writes failed: SQLITE_FULL: disk is full',
    )
  })
})

describe('a database file', () => {
  test('moved away is told, reasons included, and moved back heals by itself', async () => {
    const world = await start()
    const headers = await seer(world)
    const cookie = await signInCookie(world)
    expect(await status(world, '/readyz', headers)).toBe(200)
    expect(await text(world, '/readyz?verbose', { cookie })).toContain('[+]database ok')

    const away = join(dirname(world.database.path), 'away')
    mkdirSync(away)
    const files = ['', '-wal', '-shm'].map((suffix) => `watchbill.db${suffix}`)
    const move = (from: string, to: string) => {
      for (const file of files) renameSync(join(from, file), join(to, file))
    }
    move(dirname(world.database.path), away)
    const goneMs = await until(async () => (await status(world, '/readyz')) === 503)
    console.info(`readiness told of the missing file after ${goneMs} ms`)
    expect(await status(world, '/livez')).toBe(200)
    // Whoever was let in minutes ago still sees why, though nobody can be looked up now.
    expect(await text(world, '/readyz?verbose', headers)).toMatch(
      /\[-\]database failed: .+\n\[-\]migrations failed: the database is away/,
    )
    expect(await text(world, '/readyz?verbose', { cookie })).toContain('[-]database failed')
    expect(await text(world, '/metrics', headers)).toContain('watchbill_ready{check="database"} 0')
    expect(await status(world, '/v1/self', headers)).toBe(503)

    move(away, dirname(world.database.path))
    const backMs = await until(async () => (await status(world, '/readyz')) === 200)
    console.info(`readiness told of its return after ${backMs} ms`)
    expect(await status(world, '/v1/self', headers)).toBe(200)
  })

  test('a key that was never seen learns nothing while the database is away', async () => {
    const world = await start()
    const headers = await seer(world)
    renameSync(world.database.path, `${world.database.path}.away`)
    await until(async () => (await status(world, '/readyz')) === 503)
    expect(await text(world, '/readyz?verbose', headers)).toBe('not ok\n')
    renameSync(`${world.database.path}.away`, world.database.path)
  })
})

describe('a database that hangs', () => {
  const startRemote = async () => {
    const folder = mkdtempSync(join(tmpdir(), 'watchbill-hang-'))
    const path = join(folder, 'watchbill.db')
    copyFileSync(await findTemplate(), path)
    const peer = await startHranaPeer({ path })
    const relay = await startStallingRelay(peer.url)
    const database = await openAt(relay.url, {}, async () => {
      await relay.close()
      await peer.close()
      rmSync(folder, { recursive: true, force: true })
    })
    cleanups.push(() => database.cleanup())
    const { dbFor, installation, record, ingest, ping, expectMigration } = database
    const world = await start({ deps: { dbFor, installation, record, ingest, ping, expectMigration } })
    return { world, relay }
  }

  test('counts as down after a second, while liveness answers; it heals by itself', async () => {
    const { world, relay } = await startRemote()
    const headers = await seer(world)
    expect(await status(world, '/readyz', headers)).toBe(200)
    relay.stalled = true
    const hungMs = await until(async () => (await status(world, '/readyz')) === 503)
    console.info(`readiness told of the hung database after ${hungMs} ms`)
    expect(await status(world, '/livez', headers)).toBe(200)
    expect(await text(world, '/readyz?verbose', headers)).toContain('[-]database failed')
    relay.stalled = false
    console.info(
      `and of its return after ${await until(async () => (await status(world, '/readyz')) === 200)} ms`,
    )
  })

  test('liveness does not ask it, whoever calls', async () => {
    const { world, relay } = await startRemote()
    const headers = await seer(world)
    relay.stalled = true
    const before = relay.taken
    expect(await text(world, '/livez?verbose', headers)).toBe('ok\n')
    expect(await text(world, '/livez', { ...headers, ...json })).toBe('{"status":"pass"}\n')
    expect(relay.taken).toBe(before)
  })
})

test('openapi.json is the committed document and can be held', async () => {
  const world = await start()
  const response = await world.request('/openapi.json')
  expect(await response.json()).toEqual(openapi)
  const etag = response.headers.get('etag') ?? ''
  expect((await world.request('/openapi.json', { headers: { 'if-none-match': etag } })).status).toBe(304)
})

describe('sealing', () => {
  test('says so where it is not set up: entries are kept, not proven', async () => {
    const world = await start()
    const headers = await seer(world)
    const said = await text(world, '/readyz/sealing?verbose', headers)
    expect(said).toMatch(/^\[\+\]sealing ok, but: sealing is not set up: entries stay pending/)
    expect(await status(world, '/readyz')).toBe(200)
  })

  test('is not ready over a database that an older one replaced, and says why', async () => {
    const world = await startSealed()
    const headers = await seer(world)
    expect((await seal(world.deps, 'default')).kind).toBe('sealed')
    const { sealing } = world.deps
    const anchor = (await sealing?.place.read('default')) ?? null
    if (anchor) await sealing?.place.advance('default', anchor, { ...anchor, size: 900 })
    expect((await seal(world.deps, 'default')).kind).toBe('refused')
    const response = await world.request('/readyz', { headers })
    expect(response.status).toBe(503)
    expect(await response.text()).toMatch(/^\[-\]sealing failed: log default: .* but 900 have been sealed/m)
    const metrics = await text(world, '/metrics', headers)
    expect(metrics).toContain('watchbill_ready{check="sealing"} 0')
    expect(metrics).toMatch(/watchbill_log_size\{workspace="default"\} \d+/)
    expect(metrics).toMatch(/watchbill_log_sealed_size\{workspace="default"\} \d+/)
    expect(metrics).toContain('watchbill_log_checkpoint_age_seconds{workspace="default"} 0')
  })
})
