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
const statuses = async (...snapshots: ReturnType<typeof sampleSnapshot>[]) =>
  (await post(...snapshots)).receipts.map(({ status }) => status)
const agent = async (index = 1) => (await client.getAgent({ params: { id: sampleId('agt', index) } })).agent
const count = async (table: string) => {
  const [row] = await house.database.raw(`SELECT count(*) AS n FROM ${table}`)
  return row?.n
}

test('a first snapshot makes machine, agent, session and history, and the same again changes nothing', async () => {
  const snapshot = sampleSnapshot(1, now - 1000, { sessions: [sampleSession(1, { state: 'working' })] })
  expect(await statuses(snapshot)).toEqual(['stored'])
  expect(await agent()).toMatchObject({
    state: 'working',
    liveness: 'running',
    observedAt: at(now - 1000),
    staleAt: at(now + 59_000),
    sessionCounts: { waiting: 0, working: 1, idle: 0, stale: 0, ended: 0 },
    lead: { id: sampleId('ses', 1) },
    tokens: { input: null },
  })
  const before = await house.database.raw('SELECT * FROM agents, sessions, machines, workspaces')
  house.clock.now += 5000
  expect(await statuses(snapshot)).toEqual(['duplicate'])
  expect(await house.database.raw('SELECT * FROM agents, sessions, machines, workspaces')).toEqual(before)
})

test('receipts tell the truth within one batch, in either order, and for one id twice', async () => {
  const older = sampleSnapshot(1, now - 2000, { health: 'degraded' })
  const newer = sampleSnapshot(1, now - 1000)
  expect(await statuses(newer, older)).toEqual(['stored', 'late'])
  expect(await statuses(older, newer)).toEqual(['duplicate', 'duplicate'])
  const [first, second] = [sampleSnapshot(2, now - 2000), sampleSnapshot(2, now - 1000)]
  expect(await statuses(first, second, first)).toEqual(['stored', 'stored', 'duplicate'])
  expect((await agent(1)).health).toBe('healthy')
  expect(await count('snapshots')).toBe(4)
})

test('a late snapshot stays in history and is still the last word on a session only it names', async () => {
  await post(sampleSnapshot(1, now, { sessions: [sampleSession(1, { model: 'new' })] }))
  const sessions = [sampleSession(1, { model: 'old' }), sampleSession(2, { model: 'only' })]
  expect(await statuses(sampleSnapshot(1, now - 9000, { liveness: 'stopped', sessions }))).toEqual(['late'])
  expect((await agent()).liveness).toBe('running')
  const { sessions: rows } = await client.listSessions({ query: { sort: 'activity' } })
  expect(rows.map(({ model }) => model).sort()).toEqual(['new', 'only'])
})

test('skew beyond two seconds is removed and flagged; a future time without sentAt counts as now', async () => {
  const behind = 3_600_000
  const report = {
    sentAt: at(now - behind),
    snapshots: [
      sampleSnapshot(1, now - behind - 500, { sessions: [waitingSession(1, now - behind - 240_000)] }),
    ],
  }
  const { skewMs } = await client.postSnapshots({ body: report })
  expect(skewMs).toBe(behind)
  const seen = await agent()
  expect(seen).toMatchObject({
    skewMs: behind,
    observedAt: at(now - 500),
    reportedAt: at(now - behind - 500),
  })
  expect(seen.lead?.waiting?.since).toBe(at(now - 240_000))
  await post(sampleSnapshot(2, now + 86_400_000))
  expect(await agent(2)).toMatchObject({
    skewMs: null,
    observedAt: at(now),
    reportedAt: at(now + 86_400_000),
  })
  await client.postSnapshots({ body: { sentAt: at(now - 1500), snapshots: [sampleSnapshot(3, now - 1500)] } })
  expect((await agent(3)).skewMs).toBeNull()
  const { machines } = await client.listMachines()
  expect(machines[0]).toMatchObject({ skewMs: 0, reporting: true, agentCount: 3 })
})

test('times at the far ends of the calendar are taken, not choked on', async () => {
  const early = sampleSnapshot(1, now, { ttlMs: 1000 })
  const sessions = [
    sampleSession(1, { startedAt: '0000-01-01T00:00:00Z', lastActivityAt: '9999-12-31T23:59:59Z' }),
  ]
  const body = {
    sentAt: '9999-12-31T23:59:59Z',
    snapshots: [{ ...early, observedAt: '0000-01-01T00:00:00Z', sessions }],
  }
  expect((await client.postSnapshots({ body })).receipts).toHaveLength(1)
  expect((await agent()).observedAt).toBe('1970-01-01T00:00:00.000Z')
  expect((await client.getFleet()).agentCount).toBe(1)
})

test('absurd numbers never break the sums', async () => {
  const most = Number.MAX_SAFE_INTEGER
  const tokens = { input: most, cacheRead: most, cacheWrite: most, output: most, reasoning: most }
  const lastActivityAt = at(now)
  const sessions = [1, 2, 3].map((index) =>
    sampleSession(index, { tokens, costMicroUsd: most, lastActivityAt }),
  )
  await post(sampleSnapshot(1, now, { sessions }), sampleSnapshot(2, now))
  expect((await client.getFleet()).totals.tokens.input).toBe(most)
  const { agents, nextCursor } = await client.listAgents({ query: { sort: 'tokens', limit: '1' } })
  expect(agents[0]?.costMicroUsd).toBe(most)
  const rest = await client.listAgents({ query: { sort: 'tokens', limit: '1', cursor: nextCursor ?? '' } })
  expect(rest.agents[0]?.tokens.input).toBeNull()
  const cursorOf = await client.listSessions({ query: { sort: 'tokens', limit: '1' } })
  expect(cursorOf.nextCursor).not.toBeNull()
})

test('an id bound elsewhere is a conflict that names the place, and stores nothing of the batch', async () => {
  await post(sampleSnapshot(1, now, { sessions: [sampleSession(1)] }))
  const elsewhere = { id: sampleId('mch', 2), name: 'machine-2' }
  const moved = sampleSnapshot(1, now + 1, { machine: elsewhere })
  const refusals = [
    [post(sampleSnapshot(5, now), moved), '/snapshots/1/agent/id'],
    [
      post(sampleSnapshot(2, now, { sessions: [sampleSession(2), sampleSession(1)] })),
      '/snapshots/0/sessions/1/id',
    ],
    [post(sampleSnapshot(6, now), sampleSnapshot(6, now, { machine: elsewhere })), '/snapshots/1/agent/id'],
  ] as const
  for (const [refusal, pointer] of refusals) {
    await expect(refusal).rejects.toMatchObject({ code: 'conflict', errors: [{ pointer }] })
  }
  expect([await count('agents'), await count('snapshots'), await count('machines')]).toEqual([1, 1, 1])
})

test('one session twice in a snapshot is refused with its place', async () => {
  const twice = sampleSnapshot(1, now, { sessions: [sampleSession(1), sampleSession(1)] })
  await expect(post(twice)).rejects.toMatchObject({
    code: 'invalid_request',
    errors: [{ pointer: '/snapshots/0/sessions/1/id' }],
  })
})

test('a machine credential speaks for its own machine only', async () => {
  const admin = house.client(await house.key(['machine:enroll']))
  const { token } = await admin.createEnrollment({ body: {} })
  const { machineId, credential } = await house.client(token).joinMachine({ body: { name: 'laptop' } })
  const machine = house.client(credential)
  const own = sampleSnapshot(1, now, { machine: { id: machineId, name: 'laptop' } })
  const foreign = sampleSnapshot(2, now)
  await expect(machine.postSnapshots({ body: { snapshots: [own, foreign] } })).rejects.toMatchObject({
    code: 'forbidden',
    errors: [{ pointer: '/snapshots/1/machine/id' }],
  })
  expect(await count('agents')).toBe(0)
  expect((await machine.postSnapshots({ body: { snapshots: [own] } })).receipts[0]?.status).toBe('stored')
})

test('one workspace does not see, nor collide with, another', async () => {
  await post(sampleSnapshot(1, now, { sessions: [sampleSession(1)] }))
  const other = house.client(await house.key(['snapshot:write', 'fleet:read'], 'other'))
  await expect(other.getAgent({ params: { id: sampleId('agt', 1) } })).rejects.toMatchObject({
    code: 'not_found',
  })
  const same = sampleSnapshot(1, now, { sessions: [sampleSession(1)], machine: { id: sampleId('mch', 2) } })
  expect((await other.postSnapshots({ body: { snapshots: [same] } })).receipts[0]?.status).toBe('stored')
  expect((await client.getFleet()).agentCount).toBe(1)
})

test('heartbeats add a journal row per third of the ttl; news and return from silence at once', async () => {
  const seq = async () =>
    (await house.database.raw("SELECT change_seq AS n FROM workspaces WHERE id = 'default'"))[0]?.n
  const beat = async (afterMs: number, more = {}) => {
    house.clock.now += afterMs
    const before = Number(await seq())
    await post(sampleSnapshot(1, house.clock.now, more))
    return Number(await seq()) - before
  }
  house.clock.now = Math.ceil(now / 60_000) * 60_000
  expect(await beat(0)).toBe(2)
  const rows = []
  for (let second = 0; second < 60; second += 1) rows.push(await beat(1000))
  expect(rows.reduce((sum, n) => sum + n, 0)).toBe(3)
  expect(await beat(1000, { health: 'degraded' })).toBe(1)
  expect(await beat(200_000, { health: 'degraded' })).toBe(2)
  const [last] = await house.database.raw(
    "SELECT kind FROM changes WHERE kind <> 'machine' ORDER BY seq DESC LIMIT 1",
  )
  expect(last?.kind).toBe('agent')
})

test('posts of one agent at once all land, each exactly once', async () => {
  const all = Array.from({ length: 40 }, (_, index) =>
    sampleSnapshot(1, now - index, { sessions: [sampleSession(1)] }),
  )
  const receipts = await Promise.all(all.map((snapshot) => statuses(snapshot)))
  expect(receipts.flat().filter((status) => status === 'duplicate')).toEqual([])
  expect(await count('snapshots')).toBe(40)
  expect((await agent()).observedAt).toBe(at(now))
})
