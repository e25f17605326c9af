import type { AgentState } from '@watchbill/contract/agents'
import type { AttentionKind } from '@watchbill/contract/fleet'
import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import { agentStateAt, openTally, sessionStateAt, sessionSums, totalsWindowMs } from './state.ts'
import type { SumsRow } from './sums.ts'

export interface TickRow {
  readonly id: string
  readonly name: string
  readonly machine_id: string
  readonly state: AgentState
  readonly stale_at: number | null
}

/** Every agent of the workspace with its state, by name. */
export const readTicks = (db: ReadDb, workspace: string, now: number): Promise<TickRow[]> =>
  db.rows<TickRow>(sql`
    WITH tally AS MATERIALIZED (${openTally(workspace, now)})
    SELECT a.id, a.name, a.machine_id, a.stale_at, ${agentStateAt(now)} AS state
    FROM agents a LEFT JOIN tally o ON o.agent_id = a.id
    WHERE a.workspace_id = ${workspace} ORDER BY lower(a.name), a.id`)

export interface MachineTick {
  readonly id: string
  readonly name: string
  readonly reporting: 0 | 1
}

export const readMachineTicks = (db: ReadDb, workspace: string, now: number): Promise<MachineTick[]> =>
  db.rows<MachineTick>(sql`
    SELECT id, name, last_seen_at + ttl_ms > ${now} AS reporting
    FROM machines WHERE workspace_id = ${workspace} ORDER BY lower(name), id`)

/** Repeating one tool call this often while working is a loop. */
const loopsFrom = 5

export interface AttentionRow {
  readonly kind: AttentionKind
  readonly agent_id: string
  readonly session_id: string | null
  readonly reason: string | null
  readonly since: number | null
  readonly total: number
  readonly waiting_sessions: number
  readonly oldest_waiting: number | null
}

/**
 * Whom a person should look at, most pressing first, at most `limit` of them; each row says how many there are in all.
 * A waiting or looping session is a row of its own; an agent that fails, cannot be read or fell silent at work is one.
 * Ended sessions stand in no open tally, so an inferred end never comes here.
 */
export const readAttention = (
  db: ReadDb,
  workspace: string,
  now: number,
  limit: number,
): Promise<AttentionRow[]> =>
  db.rows<AttentionRow>(sql`
    WITH open AS MATERIALIZED (
      SELECT s.id, s.agent_id, s.state AS reported, s.waiting_since, s.repeat_count, s.last_activity_at,
        ${sessionStateAt(now)} AS state
      FROM sessions s INDEXED BY sessions_open
      JOIN agents a ON a.workspace_id = s.workspace_id AND a.id = s.agent_id
      WHERE s.workspace_id = ${workspace} AND s.state <> 'ended'
    ),
    tally AS MATERIALIZED (${openTally(workspace, now)}),
    shown AS MATERIALIZED (
      SELECT a.id, a.observed_at, a.condition_since, a.health_reason, a.liveness_reason, ${agentStateAt(now)} AS state
      FROM agents a LEFT JOIN tally o ON o.agent_id = a.id WHERE a.workspace_id = ${workspace}
    ),
    rows AS (
      SELECT 0 AS rank, 'waiting' AS kind, agent_id, id AS session_id, NULL AS reason, waiting_since AS since
        FROM open WHERE state = 'waiting'
      UNION ALL
      SELECT 1, 'failing', id, NULL, health_reason, condition_since FROM shown WHERE state = 'failing'
      UNION ALL
      SELECT 2, 'looping', agent_id, id, NULL, last_activity_at
        FROM open WHERE state = 'working' AND repeat_count >= ${loopsFrom}
      UNION ALL
      SELECT 3, 'unreadable', id, NULL, liveness_reason, condition_since FROM shown WHERE state = 'unreadable'
      UNION ALL
      SELECT 4, 'stale', shown.id, (
          SELECT open.id FROM open WHERE open.agent_id = shown.id AND open.reported IN ('waiting', 'working')
          ORDER BY open.reported = 'working', open.waiting_since, open.last_activity_at DESC, open.id LIMIT 1
        ) AS session_id, liveness_reason, observed_at
        FROM shown WHERE state = 'stale' AND session_id IS NOT NULL
    )
    SELECT kind, agent_id, session_id, reason, since, count(*) OVER () AS total,
      sum(kind = 'waiting') OVER () AS waiting_sessions,
      min(CASE kind WHEN 'waiting' THEN since END) OVER () AS oldest_waiting
    FROM rows ORDER BY rank, since IS NULL, since, agent_id, session_id LIMIT ${limit}`)

export interface TotalsRow extends SumsRow {
  readonly sessions: number
}

export const readTotals = async (
  db: ReadDb,
  workspace: string,
  now: number,
): Promise<TotalsRow | undefined> => {
  const [row] = await db.rows<TotalsRow>(sql`
    SELECT count(*) AS sessions, ${sessionSums} FROM sessions s INDEXED BY sessions_by_activity
    WHERE s.workspace_id = ${workspace} AND s.last_activity_at >= ${now - totalsWindowMs}`)
  return row
}

export interface WorkspaceRow {
  readonly id: string
  readonly name: string
  readonly kind: 'real' | 'demo'
}

export const readWorkspace = async (db: ReadDb, id: string): Promise<WorkspaceRow | undefined> => {
  const [row] = await db.rows<WorkspaceRow>(sql`SELECT id, name, kind FROM workspaces WHERE id = ${id}`)
  return row
}
