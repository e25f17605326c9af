import { afterEach, expect, it } from 'vitest'
import { getAgentHistory } from '../agents/history.ts'
import { getAgent, listAgents } from '../agents/service.ts'
import { listMachines, putMachine } from '../machines/service.ts'
import { prune } from '../retention/prune.ts'
import { getSession, listSessions } from '../sessions/service.ts'
import { createPostSnapshots } from '../snapshots/service.ts'
import { createFrames } from '../stream/frames.ts'
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
import { getFleet } from './service.ts'

const now = Date.UTC(2026, 10, 20, 12)

const open: TestDatabase[] = []
afterEach(async () => {
  for (const database of open.splice(0)) await database.cleanup()
})

describeBackends('what the fleet pages read', (openBackend) => {
  const start = async () => {
    const database = await openBackend({ now: () => now })
    open.push(database)
    const deps = { ...database, config: testConfig, now: () => now }
    const post = createPostSnapshots(deps)
    const tokens = { input: 5, cacheRead: null, cacheWrite: null, output: 1, reasoning: null }
    const snapshots = [
      sampleSnapshot(1, now - 1000, { sessions: [waitingSession(1, now - 60_000, { tokens })] }),
      sampleSnapshot(2, now - 2000, {
        sessions: [sampleSession(2, { state: 'working', lastActivityAt: at(now) })],
      }),
      sampleSnapshot(3, now - 900_000, { sessions: [sampleSession(3, { state: 'ended' })] }),
    ]
    await post(testActor, 'default', { snapshots }, now)
    return deps
  }

  it('lists agents and sessions by page', async () => {
    const deps = await start()
    const first = await listAgents(deps, 'default', { limit: '2' }, now)
    const rest = await listAgents(deps, 'default', { limit: '2', cursor: first.nextCursor ?? '' }, now)
    const states = [...first.agents, ...rest.agents].map(({ state }) => state)
    expect([states, first.total]).toEqual([['waiting', 'working', 'stale'], 3])
    for (const sort of ['tokens', 'cost', 'seen', 'machine', 'name'] as const) {
      expect(
        (await listAgents(deps, 'default', { sort, q: 'AGENT', state: 'waiting,stale' }, now)).total,
      ).toBe(2)
    }
    for (const sort of ['tokens', 'cost', 'activity', 'started', 'attention'] as const) {
      const page = await listSessions(deps, 'default', { sort, state: 'waiting', q: 'native-1' }, now)
      expect(page.sessions.map(({ id }) => id)).toEqual([sampleId('ses', 1)])
    }
  })

  it('shows one agent, its history, one session', async () => {
    const deps = await start()
    const agent = await getAgent(deps, 'default', sampleId('agt', 1), now)
    expect(agent).toMatchObject({
      state: 'waiting',
      tokens: { input: 5, cacheRead: null },
      costMicroUsd: null,
    })
    const { buckets } = await getAgentHistory(deps, 'default', agent.id, { points: '4' }, now)
    expect(buckets.map(({ state }) => state)).toEqual([null, null, null, 'waiting'])
    expect((await getSession(deps, 'default', sampleId('ses', 2), now)).state).toBe('working')
  })

  it('rolls the fleet up, and keeps machines', async () => {
    const deps = await start()
    const fleet = await getFleet(deps, 'default', now)
    expect(fleet).toMatchObject({
      agentCount: 3,
      attentionCount: 1,
      totals: { sessions: 2, tokens: { input: 5 } },
    })
    const report = {
      name: 'm',
      os: null,
      arch: null,
      daemonVersion: null,
      daemonStartedAt: null,
      ttlMs: 1000,
      lookedAt: [],
      unread: [],
    }
    await putMachine(deps, testActor, 'default', { id: sampleId('mch', 1), report }, now)
    expect(await listMachines(deps, 'default', now + 999)).toMatchObject([
      { name: 'm', reporting: true, agentCount: 3 },
    ])
  })

  it('reads the journal in frames and prunes what is old', async () => {
    const deps = await start()
    const frame = await createFrames(deps)('default', 0)
    expect(frame).toMatchObject({ kind: 'told', seq: 7, more: false })
    expect(await createFrames(deps)('default', 7)).toEqual({ kind: 'none' })
    expect(await createFrames(deps)('gone', 7)).toEqual({ kind: 'gone' })
    const removed = await prune(deps, now + 40 * 86_400_000)
    expect(removed).toEqual({ snapshots: 3, changes: 7, thinned: 0 })
    const reset = await createFrames(deps)('default', 3)
    const text = 'bytes' in reset ? new TextDecoder().decode(reset.bytes ?? undefined) : ''
    expect(text).toContain('id: 7\nevent: reset')
  })
})
