import type { Client } from '@watchbill/contract/client'
import type { Snapshot } from '@watchbill/contract/snapshots'
import { instant } from '../identity/instant.ts'
import { castOf, type DemoAgent, type DemoMachine } from './cast.ts'
import { createDemoProducers, type DemoProducersOptions } from './producers.ts'
import { daemonStartOf, silentSinceMs } from './runs.ts'
import { snapshotAt } from './story.ts'

export interface DemoFeed extends Pick<DemoProducersOptions, 'workspace' | 'randomBytes'> {
  /** Speaks for that workspace: needs `snapshot:write` and `entry:write`. */
  readonly client: Client
  /** One seed, one story: the same machines, agents and sessions. */
  readonly seed: string
  /** The moment the story is told from, ms. */
  readonly now: number
}

const historyMs = 24 * 3_600_000
const historyStepMs = 30 * 60_000
/** A live agent counts as stale this long after its last sign; `runDemo` speaks more often. */
export const demoTtlMs = 90_000
const batchSnapshots = 500

/**
 * Tells the demo through the public API: a day of history, then how things stand. Feeding it again changes nothing of the
 * fleet but the time: ids come from the seed, and what was sent before is recognised. The log has it from new producers,
 * unless `producers` told it before. Throws what the client throws.
 */
export const feedDemo = async (
  feed: DemoFeed,
  producers = createDemoProducers({ ...feed, anchor: feed.now }),
): Promise<void> => {
  const { client, seed, now } = feed
  const { machines, agents } = castOf(seed)
  await postInBatches(client, historyOf(agents, seed, now))
  await putMachines(client, machines, now)
  await postPresent(client, agents, seed, now, now)
  await producers.tell(client, now)
}

/** How every agent that still speaks stands at `at` ms. */
export const postPresent = (
  client: Client,
  agents: readonly DemoAgent[],
  seed: string,
  anchor: number,
  at: number,
): Promise<void> => {
  const speaking = agents.filter(({ machine }) => !machine.silent)
  const scene = { seed, anchor, at, ttlMs: demoTtlMs }
  return postInBatches(
    client,
    speaking.map((agent) => snapshotAt(agent, scene)),
    at,
  )
}

/** Steps lie on the clock's half hours, so that feeding again later repeats the same ones. */
const historyOf = (agents: readonly DemoAgent[], seed: string, now: number): Snapshot[] => {
  const first = Math.ceil((now - historyMs) / historyStepMs) * historyStepMs
  const steps = Math.ceil((now - first) / historyStepMs)
  const scene = { seed, anchor: now, ttlMs: historyStepMs + 60_000 }
  return Array.from({ length: steps }, (_, step) => first + step * historyStepMs).flatMap((at) =>
    agents
      .filter(({ machine }) => !machine.silent || at <= now - silentSinceMs)
      .map((agent) => snapshotAt(agent, { ...scene, at })),
  )
}

const postInBatches = async (
  client: Client,
  snapshots: readonly Snapshot[],
  sentAt?: number,
): Promise<void> => {
  for (let start = 0; start < snapshots.length; start += batchSnapshots) {
    const batch = snapshots.slice(start, start + batchSnapshots)
    const sent = sentAt === undefined ? {} : { sentAt: instant(sentAt) }
    await client.postSnapshots({ body: { ...sent, snapshots: batch } })
  }
}

/** The silent machine has nothing to say, so it is known from its snapshots alone. */
export const putMachines = async (
  client: Client,
  machines: readonly DemoMachine[],
  now: number,
): Promise<void> => {
  for (const { id, name, os } of machines.filter(({ silent }) => !silent)) {
    const machine = {
      name,
      os,
      arch: os === 'darwin' ? 'arm64' : 'x64',
      daemonVersion: '0.1.0',
      daemonStartedAt: instant(daemonStartOf(now)),
      ttlMs: demoTtlMs,
      lookedAt: [
        {
          runtime: 'claude-code',
          path: '~/.claude/projects',
          state: 'found' as const,
          reason: null,
          sessionCount: 12,
        },
        {
          runtime: 'codex',
          path: '~/.codex/sessions',
          state: 'found' as const,
          reason: null,
          sessionCount: 4,
        },
      ],
      unread: [],
    }
    await client.putMachine({ params: { id }, body: { sentAt: instant(now), machine } })
  }
}
