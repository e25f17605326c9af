import { Snapshot } from '@watchbill/contract/snapshots'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Gathered, nodeFormats, readFrames } from './index.ts'
import { answer, nowMs, snapshotOf } from './testing/gathered.ts'

const numRuns = process.env.WATCHBILL_DRILLS === '1' ? 5000 : 500

const words = [
  'schemaVersion generatedAt heartbeatAt daemonRunning daemonPid providers recordings sessions memory process snapshots',
  'provider activeSessions lastMessageAt activeRecordings destinations sessionId snippet updatedAt recording overBudget',
  'status components uptime_seconds version timestamp message reason counters gauges histograms ready notready healthy',
  'Healthy Degraded Unhealthy service memory_mb agents total agent_id agent_type created_at last_activity processing',
  'state mode previous_state consecutive_failures test_files last_test_passed coding failed strict type response result pong',
  'constructor prototype toString hasOwnProperty security metadata max_memory_mb queue_size',
].flatMap((line) => line.split(' '))
const word = fc.constantFrom(...words)
const plain = fc.oneof(
  { weight: 3, arbitrary: word },
  fc.constantFrom<unknown>(
    0,
    1,
    -1,
    1.5,
    1e300,
    -0,
    true,
    false,
    null,
    '',
    '\u0000\u202e',
    '2026-03-04T10:00:00.000Z',
    '9999-12-31T23:59:59Z',
  ),
  fc.string({ unit: 'binary', maxLength: 400 }),
)
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    { weight: 4, arbitrary: plain },
    fc.array(tie('node'), { maxLength: 4 }),
    fc.array(fc.tuple(word, tie('node')), { maxLength: 8 }).map((fields) => Object.fromEntries(fields)),
  ),
})).node

/** Documents that are nearly right reach further than noise does. */
const nearly = fc.record({
  schemaVersion: fc.constant(1),
  generatedAt: fc.string(),
  heartbeatAt: fc.constantFrom('2026-03-04T10:00:00.000Z', 'x'),
  daemonRunning: fc.boolean(),
  providers: fc.array(fc.record({ provider: fc.string({ unit: 'binary' }), activeSessions: fc.nat() })),
  recordings: fc.record({ activeRecordings: fc.nat(), destinations: fc.nat() }),
  sessions: fc.oneof(
    value,
    fc.array(fc.record({ sessionId: fc.string({ unit: 'binary' }), lastMessageAt: plain })),
  ),
  memory: value,
  status: fc.constantFrom<unknown>('healthy', 'unhealthy', 'Healthy', { Degraded: { reason: 'x\u0000\ny' } }),
  components: fc.dictionary(
    fc.string({ unit: 'binary' }).filter((name) => name !== '__proto__'),
    fc.record({
      status: fc.constantFrom<unknown>('healthy', 'degraded', 'Healthy', { Unhealthy: { reason: '\ud800' } }),
      message: fc.option(fc.string()),
    }),
  ),
  uptime_seconds: fc.nat(),
  version: fc.string({ unit: 'binary' }),
  service: fc.string(),
  timestamp: fc.string(),
  memory_mb: fc.double({ min: 0, noNaN: true, max: 1e308 }),
  state: fc.constantFrom('coding', 'failed'),
  mode: fc.constant('strict'),
  previous_state: fc.constant(null),
  consecutive_failures: fc.nat(),
  test_files: fc.array(fc.string()),
  last_test_passed: fc.constant(null),
  type: fc.constant('response'),
  result: fc.constantFrom<unknown>({ pong: true }, null),
})
const gathered: fc.Arbitrary<Gathered | undefined> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .oneof(nearly, value)
      .chain((one) => fc.constantFrom(null, 200, 503, 401).map((code) => answer(JSON.stringify(one), code))),
  },
  fc.uint8Array({ maxLength: 200 }).map((bytes) => answer(bytes, 200)),
  fc
    .tuple(fc.constantFrom('silent' as const, 'garbled' as const), fc.string({ unit: 'binary' }))
    .map(([kind, reason]): Gathered => ({ kind, reason })),
  fc.constantFrom<Gathered | undefined>(undefined, { kind: 'absent' }),
)

for (const format of nodeFormats) {
  it(`${format.runtime}: any documents give a status the contract accepts, and a reason when it is unreadable`, () => {
    const documents = fc.tuple(...format.documents.map(() => gathered))
    fc.assert(
      fc.property(documents, fc.option(fc.integer({ min: 0, max: nowMs })), (list, lastGoodMs) => {
        const given = Object.fromEntries(format.documents.map((name, index) => [name, list[index]]))
        const status = format.parseStatus(given, { nowMs, lastGoodMs })
        const again = format.parseStatus(given, { nowMs: nowMs + 1000, lastGoodMs, last: status })
        for (const one of [status, again]) {
          const snapshot = snapshotOf(one, nowMs + 1000)
          expect(Snapshot.safeParse(snapshot).error?.issues ?? []).toEqual([])
          // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
          expect([one.livenessReason, one.healthReason].join('')).not.toMatch(/[\u0000-\u001f]/)
          if (one.liveness === 'unreadable') expect(one.livenessReason).toBeTruthy()
          if (one.liveness === 'running' || one.liveness === 'stale') expect(one.aliveMs).not.toBeNull()
        }
      }),
      { numRuns },
    )
    expect({}).not.toHaveProperty('a')
  })
}

it('frames take any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const read = readFrames(bytes)
      if (read.kind === 'bad') return
      const used = read.payloads.reduce((sum, payload) => sum + payload.length + 4, 0)
      expect(used + read.rest.length).toBe(bytes.length)
    }),
    { numRuns },
  )
})
