import type { RuntimeEvent, SessionFacts } from '@watchbill/runtimes'
import type { Installation } from '../collect/installation.ts'
import type { LiveBook } from '../collect/live.ts'
import type { EntryLog } from '../spool/entries.ts'
import type { Watched } from '../spool/entry-records.ts'
import type { Draft } from './chain.ts'
import type { EventDesk } from './event-desk.ts'

/** Sessions remembered after their end, at most. */
const mostEnded = 500

/**
 * Starts and ends that only the processes show: a session whose process vanished has ended although no row says so, also
 * when that happened while the daemon was away. Told once: what is known is written together with what it told.
 */
export class SessionWatch {
  readonly #log: EntryLog
  readonly #desk: EventDesk

  constructor(log: EntryLog, desk: EventDesk) {
    this.#log = log
    this.#desk = desk
  }

  /** Looks at the live lists as they stand. Rejects with SpoolBlocked when what they tell could not be written down. */
  async look(installations: Iterable<Installation>, live: LiveBook, nowMs: number): Promise<void> {
    const known = new Map(this.#log.live.map((watched) => [keyOf(watched), watched]))
    const drafts: Draft[] = []
    let changed = false
    for (const installation of installations) {
      const agent = live.of(installation).looked ? this.#desk.agentId(installation) : null
      if (agent === null) continue
      for (const [watched, event] of newsOf(installation, agent, live, known, nowMs)) {
        known.set(keyOf(watched), watched)
        changed = true
        const draft = event === null ? null : this.#desk.draft(event, agent, false)
        if (draft !== null) drafts.push(draft)
      }
    }
    if (changed) await this.#log.take({ told: null, live: bounded([...known.values()]), drafts })
  }
}

type News = readonly [Watched, RuntimeEvent | null]

const newsOf = (
  installation: Installation,
  agent: string,
  live: LiveBook,
  known: ReadonlyMap<string, Watched>,
  nowMs: number,
): News[] => {
  const { entries } = live.of(installation)
  const { runtime } = installation.format
  const facts = new Map(installation.facts().map((each) => [each.nativeId, each]))
  const news: News[] = []
  for (const nativeId of entries.keys()) {
    const before = known.get(keyOf({ agent, nativeId }))
    if (before?.open) continue
    const watched = { agent, nativeId, sinceMs: nowMs, open: true }
    news.push([watched, startOf(runtime, watched, before !== undefined, facts.get(nativeId))])
  }
  for (const watched of known.values()) {
    if (watched.agent !== agent || !watched.open || entries.has(watched.nativeId)) continue
    const ended = facts.get(watched.nativeId)?.phase === 'ended'
    news.push([{ ...watched, open: false }, ended ? null : endOf(runtime, watched, nowMs)])
  }
  return news
}

/** The rows tell the first start of a session, under this very key; a process that comes back they do not. */
const startOf = (
  runtime: string,
  { nativeId, sinceMs }: Watched,
  again: boolean,
  facts: SessionFacts | undefined,
): RuntimeEvent | null => {
  if (again) {
    const key = `${runtime} session.started ${nativeId}|process ${sinceMs}`
    return { ...bare(nativeId, sinceMs), type: 'session.started', key, cause: 'resume' }
  }
  const key = `${runtime} session.started ${nativeId}|1`
  return facts === undefined ? { ...bare(nativeId, sinceMs), type: 'session.started', key } : null
}

const endOf = (runtime: string, { nativeId, sinceMs }: Watched, nowMs: number): RuntimeEvent => ({
  ...bare(nativeId, nowMs),
  type: 'session.ended',
  key: `${runtime} session.ended ${nativeId}|process ${sinceMs}`,
  cause: 'process gone',
})

const bare = (nativeId: string, atMs: number): Omit<RuntimeEvent, 'type' | 'key'> => ({
  atMs,
  nativeId,
  decision: null,
  call: null,
  tool: null,
  request: null,
  content: null,
  outcome: null,
  durationMs: null,
  by: null,
  cause: null,
  parent: null,
  subagent: null,
  kind: null,
  model: null,
  mode: null,
  from: null,
  entrypoint: null,
  version: null,
  tokensBefore: null,
  tokensAfter: null,
  status: null,
  attempt: null,
})

/** All that are open, and the newest of the others. */
const bounded = (all: readonly Watched[]): Watched[] => {
  const ended = all.filter(({ open }) => !open).sort((left, right) => right.sinceMs - left.sinceMs)
  return [...all.filter(({ open }) => open), ...ended.slice(0, mostEnded)]
}

const keyOf = ({ agent, nativeId }: Pick<Watched, 'agent' | 'nativeId'>): string => `${agent} ${nativeId}`
