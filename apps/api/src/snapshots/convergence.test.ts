import type { Snapshot } from '@watchbill/contract/snapshots'
import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import { describeBackends } from '../testing/backends.ts'
import type { TestDatabase } from '../testing/database.ts'
import {
  at,
  sampleId,
  sampleSession,
  sampleSnapshot,
  testActor,
  testConfig,
  waitingSession,
} from '../testing/fleet-samples.ts'
import { createPostSnapshots } from './service.ts'

const now = Date.UTC(2026, 10, 20, 12)
const open: TestDatabase[] = []
afterEach(async () => {
  for (const database of open.splice(0)) await database.cleanup()
})

/** Snapshots of two agents: equal times on purpose, so that ties are broken, and sessions told of more than once. */
const snapshotsOf = fc.array(
  fc.record({
    agent: fc.integer({ min: 1, max: 2 }),
    ageMs: fc.integer({ min: 0, max: 4 }),
    health: fc.constantFrom('healthy' as const, 'unhealthy' as const),
    sessions: fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { maxLength: 3 }),
    waits: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
)

type Drawn = typeof snapshotsOf extends fc.Arbitrary<infer T> ? T : never

const build = (drawn: Drawn): Snapshot[] =>
  drawn.map(({ agent, ageMs, health, sessions, waits }, index) =>
    sampleSnapshot(agent, now - ageMs, {
      id: sampleId('snp', 1000 + index),
      health,
      sessions: sessions.map((session) =>
        waits
          ? waitingSession(agent * 10 + session, now - index)
          : sampleSession(agent * 10 + session, { model: `m${index}`, lastActivityAt: at(now - index) }),
      ),
    }),
  )

const runs = process.env.WATCHBILL_DRILLS === '1' ? 100 : 10

describeBackends('ingest', (openBackend) => {
  const start = async () => {
    const database = await openBackend({ now: () => now })
    open.push(database)
    const post = createPostSnapshots({ ...database, config: testConfig })
    return { database, post: (snapshots: Snapshot[]) => post(testActor, 'default', { snapshots }, now) }
  }
  const finalOf = async ({ raw }: TestDatabase) => ({
    agents: await raw(
      `SELECT id, health, snapshot_id, observed_at, stale_at, first_seen_at FROM agents ORDER BY id`,
    ),
    sessions: await raw('SELECT * FROM sessions ORDER BY id'),
    history: await raw('SELECT id, agent_id, observed_at, liveness, health FROM snapshots ORDER BY id'),
    machines: await raw('SELECT id, first_seen_at, last_seen_at FROM machines'),
  })

  it('any order, repetition and split of the same snapshots ends in the same rows', async () => {
    const plan = fc.record({
      drawn: snapshotsOf,
      seed: fc.integer(),
      cuts: fc.array(fc.integer({ min: 1, max: 4 })),
    })
    await fc.assert(
      fc.asyncProperty(plan, async ({ drawn, seed, cuts }) => {
        const snapshots = build(drawn)
        const [straight, shuffled] = [await start(), await start()]
        await straight.post(snapshots)
        const rest = fc.sample(
          fc.shuffledSubarray([...snapshots, ...snapshots], { minLength: snapshots.length * 2 }),
          {
            seed,
            numRuns: 1,
          },
        )[0]
        const left = [...(rest ?? [])]
        const statuses = []
        for (let cut = 0; left.length > 0; cut += 1) {
          const { receipts } = await shuffled.post(left.splice(0, cuts[cut % (cuts.length || 1)] ?? 3))
          statuses.push(...receipts.map(({ status }) => status))
        }
        expect(statuses.filter((status) => status === 'duplicate')).toHaveLength(snapshots.length)
        expect(await finalOf(shuffled.database)).toEqual(await finalOf(straight.database))
      }),
      { numRuns: runs },
    )
  })

  it('the journal stays dense and names each changed row', async () => {
    const { database, post } = await start()
    await Promise.all(
      [1, 2, 3, 4, 5].map((index) =>
        post([sampleSnapshot(index, now, { sessions: [sampleSession(index)] })]),
      ),
    )
    const rows = await database.raw('SELECT seq, kind, ref FROM changes ORDER BY seq')
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1))
    expect(rows.filter(({ kind }) => kind === 'session').map(({ ref }) => ref)).toHaveLength(5)
    expect(rows.filter(({ kind }) => kind === 'machine')).toHaveLength(1)
  })

  it('a batch that cannot be stored leaves nothing behind', async () => {
    const { database, post } = await start()
    await post([sampleSnapshot(1, now)])
    const elsewhere = { id: sampleId('mch', 9), name: 'elsewhere' }
    const batch = [sampleSnapshot(2, now), sampleSnapshot(1, now + 1, { machine: elsewhere })]
    await expect(post(batch)).rejects.toMatchObject({ code: 'conflict' })
    const [row] = await database.raw(
      'SELECT (SELECT count(*) FROM agents) AS agents, (SELECT count(*) FROM snapshots) AS history',
    )
    expect(row).toEqual({ agents: 1, history: 1 })
  })

  it('another process that wrote the same agent in between is taken into account', async () => {
    const { database, post } = await start()
    const [older, newer] = [sampleSnapshot(1, now - 10), sampleSnapshot(1, now - 5)]
    let raced = false
    const racing = createPostSnapshots({
      dbFor: database.dbFor,
      config: testConfig,
      ingest: async (...writes) => {
        if (!raced) {
          raced = true
          await post([newer])
        }
        return database.ingest(...writes)
      },
    })
    const { receipts } = await racing(testActor, 'default', { snapshots: [older] }, now)
    expect(receipts).toEqual([{ id: older.id, status: 'late' }])
    const [row] = await database.raw('SELECT snapshot_id FROM agents')
    expect(row?.snapshot_id).toBe(newer.id)
  })
})
