import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { at, sampleId, sampleSnapshot } from '../testing/fleet-samples.ts'
import { defaultRetention, prune } from './prune.ts'

let house: TestApp
beforeEach(async () => {
  house = await createTestApp()
})
afterEach(() => house.close())

const hourMs = 3_600_000
const ids = async () =>
  (await house.database.raw('SELECT id FROM snapshots ORDER BY observed_at, id')).map(({ id }) => id)

test('what is older than its age goes, in chunks; the rest and the latest rows stay', async () => {
  const { clock, deps, database } = house
  await database.raw(`
    INSERT INTO snapshots (workspace_id, id, agent_id, observed_at, received_at, ttl_ms, late, liveness, health)
    WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 4999)
    SELECT 'default', 'old' || i, 'agt', i, i, 1000, 0, 'running', 'healthy' FROM n`)
  await database.raw(`INSERT INTO changes (workspace_id, seq, at, kind, ref)
    WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2001)
    SELECT 'default', i, i, 'agent', 'agt' FROM n`)
  await database.raw("UPDATE workspaces SET change_seq = 2001 WHERE id = 'default'")
  const client = house.client(await house.key(['snapshot:write', 'fleet:read']))
  await client.postSnapshots({ body: { snapshots: [sampleSnapshot(1, clock.now)] } })
  expect(await prune(deps, clock.now)).toEqual({ snapshots: 5000, changes: 2001, thinned: 0 })
  expect(await ids()).toHaveLength(1)
  const [row] = await database.raw(
    "SELECT min(seq) AS first, max(seq) AS last FROM changes WHERE workspace_id = 'default'",
  )
  expect(row).toEqual({ first: 2002, last: 2003 })
  expect(await prune(deps, clock.now)).toEqual({ snapshots: 0, changes: 0, thinned: 0 })
  clock.now += defaultRetention.snapshotsMs + hourMs
  expect((await prune(deps, clock.now)).snapshots).toBe(1)
  expect((await client.getAgent({ params: { id: sampleId('agt', 1) } })).agent.state).toBe('stale')
})

test('after two days one snapshot per five minutes is left, the worst, and it covers what the others did', async () => {
  const { clock, deps } = house
  const client = house.client(await house.key(['snapshot:write', 'fleet:read']))
  const start = Math.floor(clock.now / hourMs) * hourMs
  const told = Array.from({ length: 60 }, (_, index) =>
    sampleSnapshot(1, start + index * 10_000, {
      ttlMs: 15_000,
      liveness: index === 7 ? 'unreadable' : 'running',
    }),
  )
  const other = sampleSnapshot(2, start)
  clock.now = start + 600_000
  await client.postSnapshots({ body: { snapshots: [...told, other] } })
  clock.now = start + 49 * hourMs
  expect((await prune(deps, clock.now)).thinned).toBe(58)
  expect(await ids()).toEqual([other.id, told[7]?.id, told[30]?.id])
  expect((await prune(deps, clock.now)).thinned).toBe(0)
  const window = { from: at(start), to: at(start + 600_000), points: '2' }
  const { buckets } = await client.getAgentHistory({ params: { id: sampleId('agt', 1) }, query: window })
  expect(buckets.map(({ state, observed }) => [state, observed])).toEqual([
    ['unreadable', true],
    ['unreadable', true],
  ])
})

test('snapshots of the last two days are left as they are', async () => {
  const client = house.client(await house.key(['snapshot:write']))
  const now = house.clock.now
  const snapshots = [sampleSnapshot(1, now - 1000), sampleSnapshot(1, now)]
  await client.postSnapshots({ body: { snapshots } })
  house.clock.now += 47 * hourMs
  expect(await prune(house.deps, house.clock.now)).toEqual({ snapshots: 0, changes: 0, thinned: 0 })
  expect(await ids()).toHaveLength(2)
})
