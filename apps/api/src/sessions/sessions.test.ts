import type { Client } from '@watchbill/contract/client'
import type { SessionsQuery } from '@watchbill/contract/sessions'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { at, sampleId, sampleSession, sampleSnapshot, waitingSession } from '../testing/fleet-samples.ts'

let house: TestApp
let client: Client
let now: number

beforeAll(async () => {
  house = await createTestApp()
  client = house.client(await house.key(['snapshot:write', 'fleet:read']))
  now = house.clock.now
  const working = { state: 'working' as const, lastActivityAt: at(now - 5000) }
  const sessions = [
    waitingSession(1, now - 10_000, { project: 'acme/api', branch: 'fix_1' }),
    waitingSession(2, now - 90_000, { project: 'acme/web' }),
    sampleSession(3, { ...working, staleAfterMs: 30_000, model: 'opus' }),
    sampleSession(4, { ...working, lastActivityAt: at(now - 2000), staleAfterMs: null }),
    sampleSession(5, { lastActivityAt: at(now - 1000), nativeId: '100%' }),
    sampleSession(6, { state: 'ended', lastActivityAt: at(now) }),
    sampleSession(7, { startedAt: null }),
  ]
  const codex = { runtime: 'codex', name: 'Codex' }
  const elsewhere = { id: sampleId('mch', 2), name: 'machine-2' }
  const silent = {
    machine: elsewhere,
    agent: codex,
    sessions: [waitingSession(8, now - 500_000), sampleSession(9, { state: 'ended' })],
  }
  const snapshots = [sampleSnapshot(1, now, { sessions }), sampleSnapshot(2, now - 400_000, silent)]
  await client.postSnapshots({ body: { snapshots } })
})
afterAll(() => house.close())

const list = (query: SessionsQuery = {}) => client.listSessions({ query })
const numbers = async (query: SessionsQuery) =>
  (await list(query)).sessions.map(({ id }) => Number.parseInt(id.slice(-4), 16))
const get = async (index: number) =>
  (await client.getSession({ params: { id: sampleId('ses', index) } })).session

test('the state is what follows from the report now, and says when it will flip', async () => {
  expect(await get(1)).toMatchObject({
    state: 'waiting',
    reportedState: 'waiting',
    staleAt: at(now + 60_000),
  })
  expect(await get(3)).toMatchObject({ state: 'working', staleAt: at(now + 25_000) })
  expect(await get(4)).toMatchObject({ state: 'working', staleAt: at(now + 60_000) })
  expect(await get(6)).toMatchObject({ state: 'ended', staleAt: null })
  expect(await get(8)).toMatchObject({
    state: 'stale',
    reportedState: 'waiting',
    agent: { runtime: 'codex' },
  })
  expect(await get(9)).toMatchObject({ state: 'ended', machine: { name: 'machine-2' } })
})

test('a turn goes stale by its own age, all open ones with their agent, ended ones never', async () => {
  house.clock.now = now + 25_000
  expect((await get(3)).state).toBe('stale')
  expect((await get(4)).state).toBe('working')
  house.clock.now = now + 60_000
  expect((await Promise.all([1, 4, 5].map(get))).map(({ state }) => state)).toEqual([
    'stale',
    'stale',
    'stale',
  ])
  expect((await get(6)).state).toBe('ended')
  house.clock.now = now
})

test('what needs a person comes first, the longest waiting before all', async () => {
  expect(await numbers({})).toEqual([2, 1, 4, 3, 8, 5, 7, 6, 9])
  expect((await numbers({ sort: 'activity' })).slice(0, 3)).toEqual([6, 5, 4])
})

test('filters by agent, machine, runtime and state', async () => {
  expect(await numbers({ agent: sampleId('agt', 2) })).toEqual([8, 9])
  expect(await numbers({ machine: sampleId('mch', 2), state: 'ended' })).toEqual([9])
  expect(await numbers({ runtime: 'codex', state: 'stale,waiting' })).toEqual([8])
  expect(await numbers({ state: 'waiting' })).toEqual([2, 1])
})

test('free text takes wildcards literally', async () => {
  expect(await numbers({ q: 'ACME/' })).toEqual([2, 1])
  expect(await numbers({ q: 'fix_' })).toEqual([1])
  expect(await numbers({ q: '0%' })).toEqual([5])
  expect(await numbers({ q: '_' })).toEqual([1])
  expect(await numbers({ q: 'opus' })).toEqual([3])
  expect(await numbers({ q: 'codex' })).toEqual([8, 9])
})

test('a session of another workspace is not found', async () => {
  const other = house.client(await house.key(['fleet:read'], 'other'))
  await expect(other.getSession({ params: { id: sampleId('ses', 1) } })).rejects.toMatchObject({
    code: 'not_found',
  })
})
