import type { Snapshot } from '@watchbill/contract/snapshots'
import type { MachineClock } from './clock.ts'
import { type AgentRow, agentRow, type SessionRow, sessionRow } from './rows.ts'

/** What the database holds of everything a batch names. */
export interface Stored {
  readonly snapshotIds: ReadonlySet<string>
  readonly agents: ReadonlyMap<string, AgentRow>
  readonly sessions: ReadonlyMap<string, SessionRow>
  /** Per agent, over its sessions this batch does not name. */
  readonly tallies: ReadonlyMap<string, Tally>
}

export interface Tally {
  readonly waiting: number
  readonly working: number
  readonly tokens: number | null
}

/** A row of `snapshots` by column name. */
interface HistoryRow extends Omit<Tally, 'waiting' | 'working'> {
  readonly id: string
  readonly agent_id: string
  readonly observed_at: number
  readonly received_at: number
  readonly ttl_ms: number
  readonly late: 0 | 1
  readonly liveness: string
  readonly health: string
  readonly waiting: number | null
  readonly working: number | null
}

/** What a batch comes to, before anything is written. */
export interface Plan {
  readonly receipts: readonly { id: string; status: 'stored' | 'late' | 'duplicate' }[]
  readonly history: readonly HistoryRow[]
  /** Rows that become the latest ones. */
  readonly agents: readonly AgentRow[]
  readonly sessions: readonly SessionRow[]
  /** Agents seen earlier than known so far, by a late snapshot. */
  readonly seenEarlier: readonly { id: string; first_seen_at: number }[]
  /** Snapshots that were new; duplicates say nothing, not even about their machine. */
  readonly fresh: readonly Snapshot[]
}

/** Takes the snapshots one by one, as if each had been sent alone, so that receipts tell the truth in any order. */
export const planBatch = (batch: readonly Snapshot[], stored: Stored, clock: MachineClock): Plan => {
  const seen = new Set(stored.snapshotIds)
  const agents = new Map(stored.agents)
  const sessions = new Map(stored.sessions)
  const history: HistoryRow[] = []
  const fresh: Snapshot[] = []
  const receipts = batch.map((snapshot): Plan['receipts'][number] => {
    if (seen.has(snapshot.id)) return { id: snapshot.id, status: 'duplicate' }
    seen.add(snapshot.id)
    fresh.push(snapshot)
    const row = agentRow(snapshot, clock)
    const late = !takeAgent(agents, row)
    takeSessions(sessions, snapshot, row, clock)
    const tally = late ? null : tallyOf(row, sessions, stored.tallies.get(row.id))
    history.push(historyRow(snapshot, row, tally))
    return { id: snapshot.id, status: late ? 'late' : 'stored' }
  })
  const latest = changed(agents, stored.agents)
  return {
    receipts,
    history,
    fresh,
    agents: latest.filter((row) => row.snapshot_id !== stored.agents.get(row.id)?.snapshot_id),
    sessions: changed(sessions, stored.sessions),
    seenEarlier: latest.filter((row) => row.snapshot_id === stored.agents.get(row.id)?.snapshot_id),
  }
}

/** Total order of reports about one thing: by our clock, then by snapshot id. */
const isNewer = (row: Ordered, than: Ordered): boolean =>
  row.observed_at > than.observed_at ||
  (row.observed_at === than.observed_at && row.snapshot_id > than.snapshot_id)
type Ordered = Pick<AgentRow, 'observed_at' | 'snapshot_id'>

/** Whether the row became the latest of its agent. */
const takeAgent = (agents: Map<string, AgentRow>, row: AgentRow): boolean => {
  const known = agents.get(row.id)
  const newer = known === undefined || isNewer(row, known)
  const first_seen_at = Math.min(row.first_seen_at, known?.first_seen_at ?? row.first_seen_at)
  const unchanged = known !== undefined && row.liveness === known.liveness && row.health === known.health
  const condition_since = unchanged ? known.condition_since : row.condition_since
  if (newer) agents.set(row.id, { ...row, first_seen_at, condition_since })
  else if (first_seen_at < known.first_seen_at) agents.set(row.id, { ...known, first_seen_at })
  return newer
}

/** Each session has its own newest report: a late snapshot may still be the last word on one of them. */
const takeSessions = (
  sessions: Map<string, SessionRow>,
  snapshot: Snapshot,
  agent: AgentRow,
  clock: MachineClock,
): void => {
  for (const report of snapshot.sessions) {
    const row = sessionRow(report, agent, clock)
    const known = sessions.get(row.id)
    if (known === undefined || isNewer(row, known)) sessions.set(row.id, row)
  }
}

const changed = <T>(now: ReadonlyMap<string, T>, before: ReadonlyMap<string, T>): T[] =>
  [...now].filter(([id, row]) => before.get(id) !== row).map(([, row]) => row)

/** Tokens count the sessions active in the day before, as an agent's own sum does. */
export const tallyWindowMs = 24 * 3_600_000

const tallyOf = (
  agent: AgentRow,
  sessions: ReadonlyMap<string, SessionRow>,
  others: Tally | undefined,
): Tally => {
  const at = agent.observed_at
  let { waiting, working, tokens } = others ?? { waiting: 0, working: 0, tokens: null }
  for (const session of sessions.values()) {
    if (session.agent_id !== agent.id) continue
    if (session.state === 'waiting') waiting += 1
    if (session.state === 'working' && (session.stale_at ?? at + 1) > at) working += 1
    const sum = (session.last_activity_at ?? 0) >= at - tallyWindowMs ? tokenSum(session) : null
    if (sum !== null) tokens = Math.min(Number.MAX_SAFE_INTEGER, (tokens ?? 0) + sum)
  }
  return { waiting, working, tokens }
}

const tokenSum = (row: SessionRow): number | null => {
  const { tokens_input, tokens_cache_read, tokens_cache_write, tokens_output, tokens_reasoning } = row
  const known = [tokens_input, tokens_cache_read, tokens_cache_write, tokens_output, tokens_reasoning].filter(
    (count) => count !== null,
  )
  return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0)
}

const historyRow = (snapshot: Snapshot, row: AgentRow, tally: Tally | null): HistoryRow => ({
  id: snapshot.id,
  agent_id: row.id,
  observed_at: row.observed_at,
  received_at: row.received_at,
  ttl_ms: snapshot.ttlMs,
  late: tally === null ? 1 : 0,
  // A heartbeat that was old when it was seen vouches for nothing.
  liveness: row.stale_at !== null && row.stale_at <= row.observed_at ? 'stale' : row.liveness,
  health: row.health,
  waiting: tally?.waiting ?? null,
  working: tally?.working ?? null,
  tokens: tally?.tokens ?? null,
})
