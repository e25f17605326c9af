import type { AgentsQuery } from '@watchbill/contract/agents'
import type { Client } from '@watchbill/contract/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { at, sampleId, sampleSession, sampleSnapshot, waitingSession } from '../testing/fleet-samples.ts'

let house: TestApp
let client: Client
let token: string
let now: number

const tokens = (input: number | null) => ({
  input,
  cacheRead: null,
  cacheWrite: null,
  output: null,
  reasoning: null,
})

beforeAll(async () => {
  house = await createTestApp()
  token = await house.key(['snapshot:write', 'fleet:read'])
  client = house.client(token)
  now = house.clock.now
  const active = { lastActivityAt: at(now - 1000) }
  const second = { machine: { id: sampleId('mch', 2), name: 'Zeta_100%' } }
  const snapshots = [
    sampleSnapshot(1, now, { sessions: [waitingSession(1, now - 9000), waitingSession(2, now - 60_000)] }),
    sampleSnapshot(2, now, { sessions: [waitingSession(3, now - 300_000)], health: 'unhealthy' }),
    sampleSnapshot(3, now, {
      health: 'unhealthy',
      sessions: [sampleSession(4, { state: 'working', ...active })],
    }),
    sampleSnapshot(4, now, { liveness: 'unreadable', sessions: [waitingSession(5, now - 1000)] }),
    sampleSnapshot(5, now, {
      agent: { name: 'Worker', runtime: 'codex', owner: 'ana' },
      sessions: [sampleSession(6, { state: 'working', ...active, tokens: tokens(500), costMicroUsd: 7 })],
    }),
    sampleSnapshot(6, now, { sessions: [sampleSession(7, { ...active, tokens: tokens(0) })], ...second }),
    sampleSnapshot(7, now - 600_000, {
      sessions: [waitingSession(8, now - 700_000), sampleSession(9, { state: 'ended' })],
    }),
    sampleSnapshot(8, now, {
      liveness: 'stopped',
      sessions: [sampleSession(10, { state: 'working', ...active })],
    }),
    sampleSnapshot(9, now, {
      sessions: [
        sampleSession(11, { state: 'working', lastActivityAt: at(now - 700_000), staleAfterMs: 600_000 }),
        sampleSession(12, { state: 'ended', lastActivityAt: at(now - 50), tokens: tokens(900) }),
      ],
      ...second,
    }),
  ]
  await client.postSnapshots({ body: { snapshots } })
})
afterAll(() => house.close())

const list = (query: AgentsQuery = {}) => client.listAgents({ query })
const numbers = async (query: AgentsQuery) =>
  (await list(query)).agents.map(({ id }) => Number.parseInt(id.slice(-4), 16))

test('each agent has the one state that follows from contact, sessions and health', async () => {
  const { agents, total } = await list()
  expect(total).toBe(9)
  const byName = agents.map(({ id, state, liveness }) => [Number.parseInt(id.slice(-2), 16), state, liveness])
  expect(byName).toEqual([
    [2, 'waiting', 'running'],
    [1, 'waiting', 'running'],
    [3, 'failing', 'running'],
    [4, 'unreadable', 'unreadable'],
    [5, 'working', 'running'],
    [6, 'idle', 'running'],
    [9, 'idle', 'running'],
    [7, 'stale', 'stale'],
    [8, 'stopped', 'stopped'],
  ])
})

test('counts and lead follow the sessions as they are now, not as they were reported', async () => {
  const of = async (index: number) =>
    (await client.getAgent({ params: { id: sampleId('agt', index) } })).agent
  expect((await of(1)).lead?.id).toBe(sampleId('ses', 2))
  expect((await of(4)).sessionCounts).toMatchObject({ waiting: 0, stale: 1 })
  expect(await of(7)).toMatchObject({
    sessionCounts: { waiting: 0, stale: 1, ended: 1 },
    lead: { state: 'stale' },
  })
  expect((await of(7)).lead?.reportedState).toBe('waiting')
  expect((await of(8)).sessionCounts).toMatchObject({ working: 0, stale: 1 })
  const quiet = await of(9)
  expect(quiet).toMatchObject({ sessionCounts: { stale: 1, ended: 1 }, tokens: { input: 900, output: null } })
  expect((await of(5)).tokens).toEqual(tokens(500))
  expect((await of(3)).tokens).toEqual(tokens(null))
})

test('time alone turns running into stale, exactly at staleAt', async () => {
  const [agent] = (await list({ q: 'Worker' })).agents
  expect(agent?.staleAt).toBe(at(now + 60_000))
  house.clock.now = now + 59_999
  expect((await list({ q: 'Worker' })).agents[0]?.state).toBe('working')
  house.clock.now = now + 60_000
  expect((await list({ q: 'Worker' })).agents[0]).toMatchObject({ state: 'stale', lead: { state: 'stale' } })
  house.clock.now = now
})

test('filters by state, runtime and machine, alone and together', async () => {
  expect(await numbers({ state: 'waiting,failing' })).toEqual([2, 1, 3])
  expect(await numbers({ runtime: 'codex' })).toEqual([5])
  expect(await numbers({ machine: sampleId('mch', 2) })).toEqual([6, 9])
  expect(await numbers({ machine: sampleId('mch', 2), state: 'waiting' })).toEqual([])
})

test('free text finds agent, machine, runtime and owner, and takes wildcards literally', async () => {
  expect(await numbers({ q: 'wORK' })).toEqual([5])
  expect(await numbers({ q: 'ana' })).toEqual([5])
  expect(await numbers({ q: 'zeta_1' })).toEqual([6, 9])
  expect(await numbers({ q: '0%' })).toEqual([6, 9])
  expect(await numbers({ q: '%' })).toEqual([6, 9])
  expect(await numbers({ q: '\\' })).toEqual([])
  expect(await numbers({ q: "' OR 1=1 --" })).toEqual([])
})

test('sorts by name, machine, last seen, tokens and cost; unknown comes last', async () => {
  expect(await numbers({ sort: 'name' })).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 5])
  expect((await numbers({ sort: 'machine' })).slice(-2)).toEqual([6, 9])
  expect((await numbers({ sort: 'seen' })).at(-1)).toBe(7)
  expect((await numbers({ sort: 'tokens' })).slice(0, 4)).toEqual([9, 5, 6, 1])
  expect((await numbers({ sort: 'cost' }))[0]).toBe(5)
})

test('answers 304 while nothing changed, also across time, and anew once something has', async () => {
  const headers = { authorization: `Bearer ${token}` }
  const first = await house.request('/v1/agents', { headers })
  const etag = first.headers.get('etag') ?? ''
  expect(etag).toMatch(/^W\/"/)
  house.clock.now += 1
  const again = () => house.request('/v1/agents', { headers: { ...headers, 'if-none-match': etag } })
  expect((await again()).status).toBe(304)
  house.clock.now = now + 60_000
  expect((await again()).status).toBe(200)
  house.clock.now = now
})

test('a cursor of another question is refused with its place', async () => {
  const { nextCursor } = await list({ limit: '2' })
  await expect(list({ limit: '2', sort: 'name', cursor: nextCursor ?? '' })).rejects.toMatchObject({
    code: 'invalid_cursor',
    errors: [{ pointer: 'query.cursor' }],
  })
})

test('an agent that is not there is not found', async () => {
  await expect(client.getAgent({ params: { id: sampleId('agt', 99) } })).rejects.toMatchObject({
    code: 'not_found',
  })
})
