import type { Client } from '@watchbill/contract/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { at, sampleId, sampleSession, sampleSnapshot, waitingSession } from '../testing/fleet-samples.ts'

let house: TestApp
let client: Client
let now: number

beforeEach(async () => {
  house = await createTestApp()
  client = house.client(await house.key(['snapshot:write', 'fleet:read']))
  now = house.clock.now
})
afterEach(() => house.close())

const post = (...snapshots: ReturnType<typeof sampleSnapshot>[]) =>
  client.postSnapshots({ body: { snapshots } })
const working = (index: number, more = {}) =>
  sampleSession(index, { state: 'working', lastActivityAt: at(now - 1000), ...more })
const repeats = (count: number) => ({ repeats: { tool: 'Bash', request: 'npm test', count } })

test('an empty workspace knows nothing, rather than zero', async () => {
  expect(await client.getFleet()).toMatchObject({
    workspace: { id: 'default', kind: 'real' },
    agentCount: 0,
    attention: [],
    oldestWaitingSince: null,
    coverage: { reporting: 0, known: 0 },
    totals: { sessions: 0, costMicroUsd: null, denials: null, tokens: { input: null } },
  })
})

test('attention lists who needs a person, most pressing first, and how many there are', async () => {
  await post(
    sampleSnapshot(1, now - 200_000, { sessions: [working(1)] }),
    sampleSnapshot(2, now, { liveness: 'unreadable', livenessReason: 'not JSON' }),
    sampleSnapshot(3, now, { sessions: [working(3, repeats(14))] }),
    sampleSnapshot(4, now, { health: 'unhealthy', healthReason: 'over budget' }),
    sampleSnapshot(5, now, {
      sessions: [waitingSession(5, now - 1000), waitingSession(6, now - 60_000, { project: 'acme/api' })],
    }),
  )
  const { attention, attentionCount, waitingSessions, oldestWaitingSince } = await client.getFleet()
  expect(attention.map(({ kind, sessionId }) => [kind, sessionId])).toEqual([
    ['waiting', sampleId('ses', 6)],
    ['waiting', sampleId('ses', 5)],
    ['failing', null],
    ['looping', sampleId('ses', 3)],
    ['unreadable', null],
  ])
  expect([attentionCount, waitingSessions, oldestWaitingSince]).toEqual([6, 2, at(now - 60_000)])
  expect(attention[0]).toMatchObject({
    what: 'git push',
    project: 'acme/api',
    since: at(now - 60_000),
    count: null,
  })
  expect(attention[2]).toMatchObject({ reason: 'over budget', what: null })
  expect(attention[3]).toMatchObject({ what: 'npm test', count: 14 })
  expect(attention[4]).toMatchObject({ reason: 'not JSON', since: at(now) })
})

test('lost contact needs a person only when it was at work; an ended session never does', async () => {
  await post(
    sampleSnapshot(1, now - 200_000, { sessions: [sampleSession(1), sampleSession(2, { state: 'ended' })] }),
    sampleSnapshot(2, now - 200_000, {
      sessions: [waitingSession(3, now - 300_000, { project: 'acme/web' })],
    }),
    sampleSnapshot(3, now, {
      sessions: [sampleSession(4, { state: 'ended', stateSource: 'inferred', ...repeats(9) })],
    }),
    sampleSnapshot(4, now, { sessions: [working(5, repeats(4)), sampleSession(6, repeats(20))] }),
  )
  const { attention, counts } = await client.getFleet()
  expect(attention).toEqual([
    expect.objectContaining({ kind: 'stale', project: 'acme/web', since: at(now - 200_000) }),
  ])
  expect(counts).toMatchObject({ stale: 2, idle: 1, working: 1, waiting: 0 })
})

test('since when an agent fails survives heartbeats, and begins anew with the next failure', async () => {
  const fail = { health: 'unhealthy' as const }
  await post(sampleSnapshot(1, now - 30_000, fail))
  await post(sampleSnapshot(1, now - 20_000, fail))
  expect((await client.getFleet()).attention[0]?.since).toBe(at(now - 30_000))
  await post(sampleSnapshot(1, now - 10_000))
  await post(sampleSnapshot(1, now - 5000, fail))
  expect((await client.getFleet()).attention[0]?.since).toBe(at(now - 5000))
})

test('the roll groups every agent by machine, and coverage counts the machines that report', async () => {
  const second = { machine: { id: sampleId('mch', 2), name: 'zeta' } }
  await post(sampleSnapshot(1, now), sampleSnapshot(2, now), sampleSnapshot(3, now - 90_000, second))
  const { roll, coverage, counts, agentCount } = await client.getFleet()
  expect(roll.map(({ machine, agents }) => [machine.name, machine.reporting, agents.length])).toEqual([
    ['machine-1', true, 2],
    ['zeta', false, 1],
  ])
  expect(roll[0]?.agents[0]).toEqual({
    id: sampleId('agt', 1),
    name: 'agent-0001',
    state: 'idle',
    staleAt: at(now + 60_000),
  })
  expect([coverage, agentCount, counts.stale]).toEqual([{ reporting: 1, known: 2 }, 3, 1])
})

test('totals cover the last day, leave unknown parts out, and never mix in the demo', async () => {
  const known = { input: 5, cacheRead: null, cacheWrite: null, output: 0, reasoning: null }
  const demo = house.client(await house.key(['snapshot:write', 'fleet:read'], 'demo'))
  await demo.postSnapshots({
    body: { snapshots: [sampleSnapshot(1, now, { sessions: [working(1, { tokens: known })] })] },
  })
  await post(
    sampleSnapshot(1, now, {
      sessions: [
        working(1, { tokens: known, costMicroUsd: 3, denials: null }),
        working(2),
        working(3, { tokens: { ...known, reasoning: 2 }, lastActivityAt: at(now - 86_399_000) }),
        working(4, { tokens: known, lastActivityAt: at(now - 86_401_000) }),
      ],
    }),
  )
  const { totals } = await client.getFleet()
  expect(totals).toMatchObject({
    sessions: 3,
    tokens: { input: 10, cacheRead: null, cacheWrite: null, output: 0, reasoning: 2 },
    costMicroUsd: 3,
    denials: null,
  })
  expect((await demo.getFleet()).totals.tokens.input).toBe(5)
})
