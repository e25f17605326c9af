import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { at, sampleId, sampleSession, sampleSnapshot, waitingSession } from '../testing/fleet-samples.ts'

let house: TestApp
let now: number
const minuteMs = 60_000

beforeEach(async () => {
  house = await createTestApp()
  now = house.clock.now
})
afterEach(() => house.close())

const start = async (...snapshots: ReturnType<typeof sampleSnapshot>[]) => {
  const client = house.client(await house.key(['snapshot:write', 'fleet:read']))
  if (snapshots.length > 0) await client.postSnapshots({ body: { snapshots } })
  return (query: Record<string, string>) =>
    client.getAgentHistory({ params: { id: sampleId('agt', 1) }, query })
}
const lastTenMinutes = () => ({ from: at(now - 10 * minuteMs), to: at(now), points: '10' })

test('each step shows its worst state, and one nobody vouched for is not observed', async () => {
  const history = await start(
    sampleSnapshot(1, now - 10 * minuteMs, { ttlMs: 90_000 }),
    sampleSnapshot(1, now - 5 * minuteMs, { sessions: [waitingSession(1, now - 5 * minuteMs)], ttlMs: 1000 }),
    sampleSnapshot(1, now - 5 * minuteMs + 30_000, {
      sessions: [sampleSession(1, { state: 'working' })],
      ttlMs: 1000,
    }),
    sampleSnapshot(1, now - minuteMs, { liveness: 'unreadable', ttlMs: 1000 }),
  )
  const { buckets, stepMs } = await history(lastTenMinutes())
  expect(stepMs).toBe(minuteMs)
  expect(buckets.map(({ state }) => state)).toEqual([
    ...['idle', 'idle', null, null, null],
    ...['waiting', null, null, null, 'unreadable'],
  ])
  expect(buckets.map(({ observed }) => observed)).toEqual([
    ...[true, true, false, false, false],
    ...[true, false, false, false, true],
  ])
  expect(buckets[1]?.count).toBe(0)
  expect(buckets[5]).toMatchObject({ count: 2, waiting: 1, working: 1, tokens: null })
})

test('what was said before the window still holds inside it', async () => {
  const history = await start(
    sampleSnapshot(1, now - 12 * minuteMs, { liveness: 'stopped', ttlMs: 4 * minuteMs }),
  )
  const { buckets } = await history(lastTenMinutes())
  expect(buckets.map(({ state }) => state).slice(0, 3)).toEqual(['stopped', 'stopped', null])
})

test('a late snapshot counts, but claims nothing of sessions it did not see', async () => {
  const history = await start(
    sampleSnapshot(1, now - 1000),
    sampleSnapshot(1, now - 5 * minuteMs, { ttlMs: 1000 }),
  )
  const { buckets } = await history(lastTenMinutes())
  expect(buckets[5]).toMatchObject({ observed: true, state: null, count: 1, waiting: null })
})

test('never more steps than asked for, whatever the range', async () => {
  const history = await start(sampleSnapshot(1, now))
  for (const points of ['1', '7', '1000']) {
    const { buckets } = await history({ from: at(now - 86_399_999), to: at(now), points })
    expect(buckets.length).toBeLessThanOrEqual(Number(points))
  }
  const { buckets } = await history({ from: at(now - 3), to: at(now), points: '1000' })
  expect(buckets).toHaveLength(3)
})

test('a backward or endless range is refused; an unknown agent is not found', async () => {
  const history = await start(sampleSnapshot(1, now))
  await expect(history({ from: at(now), to: at(now) })).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(history({ from: '0001-01-01T00:00:00Z' })).rejects.toMatchObject({ code: 'invalid_request' })
  const empty = await house.client(await house.key(['fleet:read'], 'other'))
  const asked = empty.getAgentHistory({ params: { id: sampleId('agt', 1) } })
  await expect(asked).rejects.toMatchObject({ code: 'not_found' })
})
