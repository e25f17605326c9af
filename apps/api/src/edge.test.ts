import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createClient } from '@watchbill/contract/client'
import { Fault } from '@watchbill/contract/fault'
import type { Scope } from '@watchbill/contract/scope'
import { type BuildResult, build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKey } from './identity/keys.ts'
import { openOnPeer } from './testing/backends.ts'
import type { TestDatabase } from './testing/database.ts'
import { startHranaPeer } from './testing/hrana-peer.ts'
import { sampleSnapshot } from './testing/sample-bodies.ts'
import { until } from './testing/until.ts'

const publicUrl = 'https://watchbill.test'

/** The edge entry as scripts/bundle.mjs builds it. */
const bundleEdge = () =>
  build({
    entryPoints: [new URL('./edge.ts', import.meta.url).pathname],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'neutral',
    target: 'es2022',
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['module', 'main'],
    minify: true,
  })

let bundled: BuildResult<{ write: false; metafile: true }>
let database: TestDatabase
let worker: Miniflare
beforeAll(async () => {
  bundled = await bundleEdge()
  database = await openOnPeer()
  worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'edge.js', contents: bundled.outputFiles[0]?.text ?? '' }],
    compatibilityDate: '2026-01-01',
    // Otherwise it may ask the internet what request.cf should hold.
    cf: false,
    bindings: {
      WATCHBILL_DB_URL: database.url,
      WATCHBILL_DB_TOKEN: 'peer-token',
      WATCHBILL_PUBLIC_URL: publicUrl,
    },
  })
  await worker.ready
})
afterAll(async () => {
  await worker.dispose()
  await database.cleanup()
})

/** Miniflare's Request and Response are undici's own; this carries the plain parts across. */
const fetchWorker: typeof fetch = async (input, init) => {
  const request = new Request(input, init)
  const body = request.body === null ? null : await request.arrayBuffer()
  const headers = Object.fromEntries(request.headers)
  const response = await worker.dispatchFetch(request.url, { method: request.method, headers, body })
  const bare = [204, 304].includes(response.status)
  return new Response(bare ? null : await response.arrayBuffer(), {
    status: response.status,
    headers: Object.fromEntries(response.headers),
  })
}

const key = async (scopes: readonly Scope[]) => {
  const deps = {
    record: database.record,
    randomBytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
  }
  const actor = { kind: 'installation', id: 'test' } as const
  return (await createKey(deps, 'default', actor, { name: 'edge', scopes, ttlSeconds: null }, Date.now()))
    .secret
}
const client = (token?: string, gzipFromBytes = Number.POSITIVE_INFINITY) =>
  createClient({
    baseUrl: publicUrl,
    fetch: fetchWorker,
    gzipFromBytes,
    ...(token === undefined ? {} : { token }),
  })

const refusal = async (work: Promise<unknown>): Promise<Fault> => {
  const error = await work.catch((error: unknown) => error)
  if (error instanceof Fault) return error
  throw new Error('was accepted')
}

const snapshotNow = (digit: number) => {
  const observedAt = new Date().toISOString()
  const id = sampleSnapshot.id.replace(/.$/, String(digit))
  return { ...sampleSnapshot, id, observedAt, sessions: [], ttlMs: 3_600_000 }
}

it('holds no node:* import, and nothing native', () => {
  const [output] = Object.values(bundled.metafile.outputs)
  expect(output?.imports).toEqual([])
  const inputs = Object.keys(bundled.metafile.inputs)
  expect(
    inputs.filter((path) => /node_modules\/libsql\/|db\/(local|migrate)|node-server/.test(path)),
  ).toEqual([])
})

it('is alive and ready over remote libSQL', async () => {
  expect((await fetchWorker(`${publicUrl}/livez`)).status).toBe(200)
  // Each check has a second; a cold worker on a busy machine may need another look.
  await until(async () => (await fetchWorker(`${publicUrl}/readyz`)).status === 200)
})

it('takes snapshots in, plain and gzipped, and shows the fleet', async () => {
  const token = await key(['snapshot:write', 'fleet:read'])
  const plain = await client(token).postSnapshots({ body: { snapshots: [snapshotNow(1)] } })
  expect(plain.receipts.map(({ status }) => status)).toEqual(['stored'])
  const packed = await client(token, 0).postSnapshots({
    body: { snapshots: [snapshotNow(1), snapshotNow(2)] },
  })
  expect(packed.receipts.map(({ status }) => status)).toEqual(['duplicate', 'stored'])
  const fleet = await client(token).getFleet()
  expect(fleet).toMatchObject({
    agentCount: 1,
    workspace: { id: 'default' },
    coverage: { known: 1, reporting: 1 },
  })
  const { agents } = await client(token).listAgents()
  expect(agents).toMatchObject([{ id: sampleSnapshot.agent.id, liveness: 'running' }])
})

it('writes under a guard: an enrolment joins one machine, however many ask at once', async () => {
  const person = await key(['machine:enroll'])
  const { token } = await client(person).createEnrollment({ body: {} })
  const joins = await Promise.allSettled(
    ['a', 'b', 'c', 'd'].map((name) => client(token).joinMachine({ body: { name } })),
  )
  expect(joins.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect((await refusal(client(token).joinMachine({ body: { name: 'e' } }))).code).toBe('unauthenticated')
  const machines = await database.raw("SELECT id FROM keys WHERE kind = 'machine'")
  expect(machines).toHaveLength(1)
})

it('refuses bad bodies as Node does, and bombs before they grow', async () => {
  const token = await key(['snapshot:write'])
  const post = async (body: Uint8Array | string, headers: Record<string, string> = {}) => {
    const response = await worker.dispatchFetch(`${publicUrl}/v1/snapshots`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body,
    })
    const { code, errors } = JSON.parse(await response.text())
    return [response.status, code, errors[0]?.pointer]
  }
  const gzip = { 'content-encoding': 'gzip' }
  expect(await post('{"snapshots":[')).toEqual([400, 'invalid_json', '/snapshots/0'])
  expect(await post('{"snapshots":1,"snapshots":1}')).toEqual([400, 'invalid_json', '/snapshots'])
  expect(await post('{"snapshots":7}')).toEqual([400, 'invalid_request', '/snapshots'])
  expect(await post(new Uint8Array([0x22, 0xff, 0x22]))).toEqual([400, 'invalid_json', ''])
  expect(await post('['.repeat(10_000))).toEqual([400, 'invalid_json', expect.stringMatching(/^(\/0){64}$/)])
  expect(await post('{}', { 'content-type': 'text/plain' })).toEqual([
    415,
    expect.any(String),
    expect.any(String),
  ])
  expect(await post('{}', gzip)).toEqual([400, 'invalid_json', ''])
  expect(await post(gzipSync('{}').subarray(0, 10), gzip)).toEqual([400, 'invalid_json', ''])
  expect(await post(gzipSync(' '.repeat(30_000_000)), gzip)).toEqual([413, 'too_large', ''])
})

it('streams: a greeting, then what changes', async () => {
  const token = await key(['snapshot:write', 'fleet:read'])
  const headers = { authorization: `Bearer ${token}` }
  const { body } = await worker.dispatchFetch(`${publicUrl}/v1/stream`, { headers })
  const reader = body?.getReader()
  const decoder = new TextDecoder()
  const readUntil = async (word: string) => {
    let text = ''
    while (!text.includes(word)) {
      const read = await reader?.read()
      if (!read || read.done) throw new Error(`the stream ended without ${word}: ${text}`)
      text += decoder.decode(read.value, { stream: true })
    }
    return text
  }
  expect(await readUntil('\n\n')).toContain('event: hello')
  const stopped = { ...snapshotNow(3), liveness: 'stopped' as const }
  await client(token).postSnapshots({ body: { snapshots: [stopped] } })
  expect(await readUntil('\n\n')).toMatch(/id: \d+\nevent: change\n.*"liveness":"stopped"/)
  await reader?.cancel()
})

it('asks for a credential, and answers for its own host alone', async () => {
  expect((await refusal(client().getFleet())).code).toBe('unauthenticated')
  expect((await fetchWorker('https://evil.test/v1/fleet')).status).toBe(421)
})

describe('with a key and a second place', () => {
  /** Another worker on the same database, as a deployment with the two bindings is. */
  const openSealing = async (more: Record<string, string> = {}) => {
    const folder = mkdtempSync(join(tmpdir(), 'watchbill-edge-'))
    const anchor = await startHranaPeer({ path: join(folder, 'anchor.db'), token: 'anchor-token' })
    const sealing = new Miniflare({
      modules: [{ type: 'ESModule', path: 'edge.js', contents: bundled.outputFiles[0]?.text ?? '' }],
      compatibilityDate: '2026-01-01',
      cf: false,
      bindings: {
        WATCHBILL_DB_URL: database.url,
        WATCHBILL_DB_TOKEN: 'peer-token',
        WATCHBILL_PUBLIC_URL: publicUrl,
        WATCHBILL_MASTER_KEY: 'A'.repeat(43),
        WATCHBILL_ANCHOR: anchor.url,
        WATCHBILL_ANCHOR_TOKEN: 'anchor-token',
        ...more,
      },
    })
    await sealing.ready
    const get = async (path: string, token: string) => {
      const response = await sealing.dispatchFetch(`${publicUrl}${path}`, {
        headers: { authorization: `Bearer ${token}` },
      })
      return { status: response.status, text: await response.text() }
    }
    const close = async () => {
      await sealing.dispose()
      await anchor.close()
      rmSync(folder, { recursive: true, force: true })
    }
    return { sealing, anchor, get, close }
  }

  it('an append seals behind itself and a look at the log seals, each once the checkpoint is a second old', async () => {
    const token = await key(['log:read', 'audit:read', 'key:write', 'fleet:read', 'probe:read'])
    // Without the bindings: kept, pending, and said.
    const pending = JSON.parse(
      await (
        await fetchWorker(`${publicUrl}/v1/audit/log`, {
          headers: { authorization: `Bearer ${token}` },
        })
      ).text(),
    )
    expect(pending).toMatchObject({ checkpoint: null, origin: null })
    expect(pending.sealFailure).toMatch(/WATCHBILL_ANCHOR/)
    const probe = async () => {
      const headers = { authorization: `Bearer ${token}` }
      return (await fetchWorker(`${publicUrl}/readyz/sealing?verbose`, { headers })).text()
    }
    // What a probe saw is believed for a second.
    await until(async () => /sealing ok, but: sealing is not set up/.test(await probe()))
    const edge = await openSealing()
    const made = await edge.sealing.dispatchFetch(`${publicUrl}/v1/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'new', scopes: ['fleet:read'], ttlSeconds: null }),
    })
    expect(made.status).toBeLessThan(300)
    const [sealed] = await database.raw('SELECT size, signed_at FROM checkpoints')
    const [log] = await database.raw("SELECT size, origin FROM logs WHERE workspace_id = 'default'")
    expect(log).toEqual({ size: sealed?.size, origin: 'watchbill.test/log/default' })
    await key(['fleet:read'])
    // A second later whoever looks finds it sealed.
    await until(async () => Date.now() - Number(sealed?.signed_at) > 1000)
    const seen = JSON.parse((await edge.get('/v1/audit/log', token)).text)
    expect(seen).toMatchObject({ sealFailure: null, size: Number(sealed?.size) + 1 })
    expect(seen.checkpoint.size).toBe(seen.size)
    const note = await edge.get('/log/default/checkpoint', token)
    expect(note.text).toBe(seen.checkpoint.note)
    expect((await edge.get('/readyz/sealing?verbose', token)).text).toMatch(/sealing ok$/m)
    await edge.close()
  })
})
