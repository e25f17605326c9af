import type { ChangeKind } from '../db/journal.ts'
import type { Plan, Stored } from './plan.ts'
import type { AgentRow, SessionRow } from './rows.ts'

/** Journal rows a plan is worth: what streams will tell, and what may not be shown twice while paging. */
export type News = Readonly<Record<Extract<ChangeKind, 'agent' | 'pulse' | 'session'>, readonly string[]>>

export const newsOf = (plan: Plan, stored: Stored, now: number): News => {
  const kinds = plan.agents.map((row) => [row.id, agentNews(row, stored.agents.get(row.id), now)] as const)
  const ofKind = (kind: ChangeKind) => kinds.filter(([, news]) => news === kind).map(([id]) => id)
  const session = plan.sessions
    .filter((row) => !sameSession(row, stored.sessions.get(row.id)))
    .map((row) => row.id)
  return { agent: ofKind('agent'), pulse: ofKind('pulse'), session }
}

/**
 * Browsers flip an agent to stale by themselves at `staleAt`, so a heartbeat is news only when it keeps them from it:
 * the first one in each third of the ttl, and any that comes after the moment they were last told.
 */
const agentNews = (row: AgentRow, before: AgentRow | undefined, now: number): 'agent' | 'pulse' | null => {
  if (!before || labelOf(row) !== labelOf(before)) return 'agent'
  const stale = row.stale_at !== null && row.stale_at <= now
  if (before.stale_at !== null && before.stale_at <= now && !stale) return 'agent'
  if (valuesOf(row) !== valuesOf(before)) return 'pulse'
  if (stale || row.stale_at === null || before.stale_at === null) return null
  const ttlMs = row.stale_at - row.observed_at
  if (ttlMs !== before.stale_at - before.observed_at) return 'pulse'
  const thirdMs = Math.max(1, Math.floor(ttlMs / 3))
  const announced = Math.floor(before.observed_at / thirdMs)
  if (Math.floor(row.observed_at / thirdMs) !== announced) return 'pulse'
  return announced * thirdMs + ttlMs <= now ? 'pulse' : null
}

/** What names, orders or labels an agent; whether its clock is off, not by how much. */
const labelOf = (row: AgentRow): string =>
  JSON.stringify([
    row.runtime,
    row.name,
    row.owner,
    row.version,
    row.liveness,
    row.liveness_reason,
    row.health,
    row.health_reason,
    row.source,
    row.skew_ms === null,
  ])

/** Readings and detail without times and native text: written by rows.ts, so always JSON of ours. */
const valuesOf = (row: AgentRow): string =>
  JSON.stringify([JSON.parse(row.readings), JSON.parse(row.detail)], (key, value: unknown) =>
    key === 'at' || key === 'since' || key === 'native' ? undefined : value,
  )

const sameSession = (row: SessionRow, before: SessionRow | undefined): boolean =>
  before !== undefined && row.report === before.report && row.agent_id === before.agent_id
