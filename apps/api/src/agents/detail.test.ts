import type { Client } from '@watchbill/contract/client'
import type { Snapshot } from '@watchbill/contract/snapshots'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { at, sampleId, sampleSnapshot } from '../testing/fleet-samples.ts'

let house: TestApp
let client: Client
let now: number

beforeEach(async () => {
  house = await createTestApp()
  client = house.client(await house.key(['snapshot:write', 'fleet:read']))
  now = house.clock.now
})
afterEach(() => house.close())

const post = (...snapshots: Snapshot[]) => client.postSnapshots({ body: { snapshots } })
const read = async () => (await client.getAgent({ params: { id: sampleId('agt', 1) } })).agent

const parts = {
  components: [
    { name: 'audit_logger', status: 'unhealthy' as const, reason: 'chain broken' },
    { name: 'policy_engine', status: 'healthy' as const, reason: null },
  ],
  machineState: { states: ['idle', 'coding'], current: 'coding', since: null },
  native: { mediaType: 'application/json' as const, text: '{"a":1}' },
}

test('components, state machine and native document come back as they were sent, for one agent', async () => {
  await post(sampleSnapshot(1, now, parts))
  expect(await read()).toMatchObject(parts)
  const { agents } = await client.listAgents({ query: {} })
  expect(agents[0]).not.toHaveProperty('native')
  expect(agents[0]).not.toHaveProperty('components')
})

test('what the newest snapshot leaves out is gone; a late one brings nothing back', async () => {
  await post(sampleSnapshot(1, now - 5000, parts))
  await post(sampleSnapshot(1, now))
  await post(sampleSnapshot(1, now - 9000, parts))
  expect(await read()).toMatchObject({ components: [], machineState: null, native: null })
})

test('times of the state machine are on our clock', async () => {
  const theirs = now - 600_000
  const machineState = { ...parts.machineState, since: at(theirs - 60_000) }
  await client.postSnapshots({
    body: { sentAt: at(theirs), snapshots: [sampleSnapshot(1, theirs, { machineState })] },
  })
  expect((await read()).machineState?.since).toBe(at(now - 60_000))
})

test('stale is counted from the last sign of life, not from the last look', async () => {
  await post(sampleSnapshot(1, now, { aliveAt: at(now - 20_000), ttlMs: 30_000 }))
  expect(await read()).toMatchObject({ liveness: 'running', staleAt: at(now + 10_000), observedAt: at(now) })
  house.clock.now += 10_000
  expect(await read()).toMatchObject({ liveness: 'stale', state: 'stale' })
})

test('a look at an old heartbeat is stale in the ribbon, and news once', async () => {
  const id = sampleId('agt', 1)
  await post(sampleSnapshot(1, now - 2000, { ttlMs: 30_000 }))
  await post(sampleSnapshot(1, now - 1000, { aliveAt: at(now - 60_000), ttlMs: 30_000 }))
  expect((await read()).state).toBe('stale')
  const journal = () =>
    house.database.raw(`SELECT count(*) AS rows FROM changes WHERE kind IN ('agent', 'pulse')`)
  const before = await journal()
  for (const ago of [500, 0]) {
    await post(sampleSnapshot(1, now - ago, { aliveAt: at(now - 60_000), ttlMs: 30_000 }))
  }
  expect(await journal()).toEqual(before)
  const { buckets } = await client.getAgentHistory({
    params: { id },
    query: { from: at(now - 3000), to: at(now + 1000), points: '4' },
  })
  // The worst of a step: it was idle when the third began.
  expect(buckets.map(({ state }) => state)).toEqual([null, 'idle', 'idle', 'stale'])
  await post(sampleSnapshot(1, now, { id: sampleId('snp', 9_000_000), ttlMs: 30_000 }))
  expect(await journal()).not.toEqual(before)
  expect((await read()).state).toBe('idle')
})

test.each<[string, Partial<Snapshot>, string]>([
  [
    '64 KiB and a byte',
    { native: { mediaType: 'text/plain', text: `${'ü'.repeat(32_768)}x` } },
    '/snapshots/0/native/text',
  ],
  [
    'a state that is none',
    { machineState: { ...parts.machineState, current: 'x' } },
    '/snapshots/0/machineState/current',
  ],
  [
    'no states',
    { machineState: { states: [], current: '', since: null } },
    '/snapshots/0/machineState/states',
  ],
  [
    '65 components',
    { components: Array.from({ length: 65 }, () => parts.components[1] ?? never()) },
    '/snapshots/0/components',
  ],
])('%s is refused with its place, and nothing is stored', async (_, more, pointer) => {
  const refused = await post(sampleSnapshot(1, now, more)).catch((error: unknown) => error)
  expect(refused).toMatchObject({
    code: 'invalid_request',
    errors: expect.arrayContaining([expect.objectContaining({ pointer })]),
  })
  expect((await client.listAgents({ query: {} })).total).toBe(0)
})

const never = (): never => {
  throw new Error('the sample has two components')
}
