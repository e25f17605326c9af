import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Documents, type Gathered, readFrames } from './index.ts'
import { answer, parseNode } from './testing/gathered.ts'

/** A folder with `<runtime>/status/*`; file names say what must become of them: `bad-*`, `lenient-*`, others as documented. */
const samples = process.env.WATCHBILL_RUNTIME_SAMPLES
if (samples === undefined)
  console.warn('WATCHBILL_RUNTIME_SAMPLES is not set: the status samples are not read')

interface Sample {
  readonly name: string
  readonly bytes: Uint8Array
  /** From `…-503-…`; 200 where the name has none. */
  readonly code: number
}

const samplesOf = (folder: string): Sample[] =>
  readdirSync(join(samples ?? '', folder, 'status')).map((name) => ({
    name,
    bytes: new Uint8Array(readFileSync(join(samples ?? '', folder, 'status', name))),
    code: Number(/-([2-5]\d\d)\b/.exec(name)?.[1] ?? 200),
  }))

const textOf = ({ bytes }: Sample) => new TextDecoder().decode(bytes)
const placed = /^[\w./]+( session_state\.updated_at| \/[\w/]*| line \d+)?[:,]/

/** Each expectation by the start of the file's name; the first that fits counts, and one must. */
type Expectations = readonly (readonly [
  prefix: string,
  documents: (one: Sample) => Documents,
  expected: object,
])[]

const check = (runtime: string, folder: string, nowOf: (one: Sample) => number, expectations: Expectations) =>
  describe.skipIf(samples === undefined)(`${runtime} samples`, () => {
    if (samples === undefined) return
    it.each(
      samplesOf(folder)
        .filter(({ name }) => !name.endsWith('.db'))
        .map((one) => [one.name, one] as const),
    )('%s', (name, one) => {
      const row = expectations.find(([prefix]) => name.startsWith(prefix))
      if (row === undefined) throw new Error(`no expectation for ${name}`)
      const status = parseNode(runtime, row[1](one), { nowMs: nowOf(one) })
      expect(status).toMatchObject(row[2])
      if (name.startsWith('bad-')) expect(status.livenessReason).toMatch(placed)
    })
  })

const running = { liveness: 'running' }
const unreadable = { liveness: 'unreadable', health: 'unknown' }

const generatedMs = (one: Sample) => Date.parse(/"heartbeatAt": "([^"]+)"/.exec(textOf(one))?.[1] ?? '') || 0
const status = (one: Sample): Documents => ({ 'status.json': answer(one.bytes) })
check('kato', 'kato', (one) => generatedMs(one) + (one.name.startsWith('04') ? 31_000 : 4000), [
  ['bad-', status, unreadable],
  ['lenient-', status, running],
  ['01', status, { ...running, health: 'healthy', sessions: { length: 5 } }],
  ['02', status, { ...running, health: 'healthy', sessions: [] }],
  ['03', status, { liveness: 'stopped', sessions: [{ state: 'ended' }] }],
  ['04', status, { liveness: 'stale', ready: false }],
  ['05', status, { ...running, memoryBytes: 522_190_848 }],
  ['06', status, { ...running, health: 'degraded' }],
  ['07', status, { ...running, health: 'unknown', memoryBytes: null, sessions: [] }],
  ['09', status, { ...running, sessions: { length: 1 } }],
])

const at = Date.UTC(2026, 2, 2, 9, 0, 5)
const vakHealth = '{"status":"healthy","components":{},"uptime_seconds":1.5,"version":"0.1.0"}'
const with_ =
  (path: string) =>
  (one: Sample): Documents => ({
    '/health': answer(vakHealth, 200),
    [path]: answer(one.bytes, one.code),
  })
check('vak', 'vak', () => at, [
  ['bad-', with_('/health'), unreadable],
  [
    'health-200-h',
    with_('/health'),
    { ...running, health: 'healthy', healthReason: null, uptimeMs: 86_461_250 },
  ],
  [
    'health-200-d',
    with_('/health'),
    { ...running, health: 'degraded', healthReason: 'memory_system: slow fsync' },
  ],
  [
    'health-503',
    with_('/health'),
    {
      ...running,
      health: 'unhealthy',
      healthReason: 'audit_logger: Chain verification failed on startup; memory_system: slow fsync',
    },
  ],
  ['live', with_('/live'), running],
  ['ready-200', with_('/ready'), { ...running, ready: true }],
  ['ready-503', with_('/ready'), { ...running, ready: false }],
  ['metrics.prom', with_('/metrics'), { ...running, memoryBytes: 201_326_592 }],
  ['metrics', with_('/metrics.json'), { ...running, memoryBytes: 201_326_592 }],
  // Cards have no health; nobody asks for them.
  ['a2a', with_('/api/a2a/agents'), running],
])

const skreaverHealth =
  '{"status":"healthy","service":"s","timestamp":"t","version":"0.6.0","uptime_seconds":1,"memory_mb":1}'
const also =
  (path: string) =>
  (one: Sample): Documents => ({
    '/health': answer(skreaverHealth, 200),
    [path]: answer(one.bytes, one.code),
  })
const listOf = (agent: unknown): Documents => ({
  '/health': answer(skreaverHealth, 200),
  '/agents': answer(JSON.stringify({ agents: [agent], total: 1 }), 200),
})
check('skreaver', 'skreaver', () => at, [
  ['bad-06', also('/ready'), unreadable],
  [
    'bad-07',
    also('/agents'),
    { ...unreadable, livenessReason: '/agents /total: must be the number of agents listed' },
  ],
  ['bad-08', also('/agents'), unreadable],
  ['bad-', also('/health'), unreadable],
  ['health-200-d', also('/health'), { ...running, health: 'degraded' }],
  ['health-200-no', also('/health'), { ...running, memoryBytes: null, uptimeMs: 0 }],
  ['health', also('/health'), { ...running, health: 'healthy' }],
  ['ready-200', also('/ready'), { ...running, ready: true, health: 'healthy', components: { length: 5 } }],
  ['ready-503-d', also('/ready'), { ...running, ready: false, health: 'degraded' }],
  ['ready-503', also('/ready'), { ...running, ready: false, health: 'unhealthy' }],
  ['agents-list-empty', also('/agents'), { ...running, sessions: [] }],
  ['agents-list-as', also('/agents'), { ...running, sessions: { length: 3 } }],
  ['agents-list', also('/agents'), running],
  ['agent-one', (one) => listOf(JSON.parse(textOf(one))), { ...running, sessions: { length: 1 } }],
  ['agent-status-malformed', (one) => listOf({ agent_id: 'a', status: JSON.parse(textOf(one)) }), unreadable],
  ['queue', also('/queue/metrics'), running],
  ['metrics', also('/metrics'), running],
  ['error', also('/agents'), { ...running, sessions: [] }],
  ['a2a', also('/a2a/health'), running],
])

const stored = (one: Sample): Documents => ({
  'test.ping': { kind: 'absent' },
  'state.db': answer(one.bytes),
})
const pinged = (one: Sample): Documents => ({
  'test.ping': answer('{"id":"1","type":"response","result":{"pong":true}}'),
  'session.get': answer(`{"id":"2","type":"response","result":${textOf(one)}}`),
})
check('fluffy-waffle', 'fluffy', () => at, [
  ['bad-', stored, unreadable],
  ['session-01', pinged, { ...running, machine: { current: 'idle' }, health: 'healthy' }],
  ['session-07', pinged, { ...running, health: 'degraded', ready: true }],
  ['session-1', pinged, running],
  ['session', pinged, { ...running, health: 'healthy' }],
  ['frames', () => ({ 'test.ping': { kind: 'absent' } }), { liveness: 'stopped' }],
])

describe.skipIf(samples === undefined)('samples in parts', () => {
  const part = (folder: string, name: string): Sample => {
    const found = samplesOf(folder).find((one) => one.name === name)
    if (found === undefined) throw new Error(`no ${name}`)
    return found
  }

  it('every malformed status of an agent is refused at its own place', () => {
    const variants: unknown[] = JSON.parse(textOf(part('skreaver', 'agent-status-malformed-variants.json')))
    for (const status of variants) {
      const agent = {
        agent_id: 'a',
        agent_type: 'echo',
        status,
        created_at: '2026-03-01T20:00:00Z',
        last_activity: null,
      }
      const read = parseNode('skreaver', listOf(agent), { nowMs: at })
      expect([status, read.liveness]).toEqual([status, 'unreadable'])
      expect(read.livenessReason).toContain('/agents /agents/0/status')
    }
  })

  it('the frames hold what their names say', () => {
    const frames: { name: string; hex: string }[] = JSON.parse(
      textOf(part('fluffy', 'frames-edge-cases.json')),
    )
    const said = frames.map(({ name, hex }) => {
      const read = readFrames(Uint8Array.from(Buffer.from(hex, 'hex')))
      return `${name}: ${read.kind === 'ok' ? `${read.payloads.length} and ${read.rest.length} bytes` : read.reason}`
    })
    expect(said).toEqual([
      'two frames in one chunk: 2 and 0 bytes',
      'split header: 0 and 2 bytes',
      'short payload: 0 and 80 bytes',
      'not JSON payload: 1 and 0 bytes',
      'length says 4 GiB: frame 1 says it is 4294967295 bytes long',
      'zero length: frame 1 is empty',
    ])
    const hello: Gathered = answer('hello')
    expect(parseNode('fluffy-waffle', { 'test.ping': hello }).livenessReason).toMatch(
      /^test\.ping line 1, column 1/,
    )
  })
})
