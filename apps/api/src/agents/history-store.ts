import { type SQL, sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import { rankOf } from '../fleet/state.ts'

/** From, to (exclusive) and the width of a step, ms. */
export interface HistoryWindow {
  readonly from: number
  readonly to: number
  readonly stepMs: number
}

/** One step's snapshots, summed up; ranks index `agentStates`, null where only late snapshots fell into it. */
export interface BucketRow {
  readonly bucket: number
  readonly count: number
  readonly worstRank: number | null
  readonly lastRank: number | null
  readonly coveredUntil: number
  readonly waiting: number | null
  readonly working: number | null
  readonly tokens: number | null
}

/** What the last snapshot before the window said, and until when (ms). */
export interface Before {
  readonly rank: number | null
  readonly coveredUntil: number
}

/** A late snapshot of a running agent does not know what its sessions did, hence no state. */
const historyState: SQL = sql`CASE
  WHEN h.liveness IN ('unreadable', 'stale') THEN h.liveness
  WHEN h.waiting > 0 AND h.liveness = 'running' THEN 'waiting'
  WHEN h.health = 'unhealthy' THEN 'failing'
  WHEN h.liveness = 'stopped' THEN 'stopped'
  WHEN h.working > 0 THEN 'working'
  WHEN h.working = 0 THEN 'idle' END`

/** `max(observed_at * 8 + rank)` is the state of the newest row, in one pass over the index range; ranks are below 8. */
export const readBuckets = (
  db: ReadDb,
  workspace: string,
  agentId: string,
  { from, to, stepMs }: HistoryWindow,
): Promise<BucketRow[]> =>
  db.rows<BucketRow>(sql`
    SELECT (observed_at - ${from}) / ${stepMs} AS bucket, count(*) AS count, min(rank) AS "worstRank",
      max(observed_at * 8 + rank) % 8 AS "lastRank", max(observed_at + ttl_ms) AS "coveredUntil",
      max(waiting) AS waiting, max(working) AS working, max(tokens) AS tokens
    FROM (
      SELECT h.observed_at, h.ttl_ms, h.waiting, h.working, h.tokens, ${rankOf(sql`(${historyState})`)} AS rank
      FROM snapshots h
      WHERE h.workspace_id = ${workspace} AND h.agent_id = ${agentId}
        AND h.observed_at >= ${from} AND h.observed_at < ${to}
    ) GROUP BY bucket ORDER BY bucket`)

/** Null when there is no such agent. */
export const readBefore = async (
  db: ReadDb,
  workspace: string,
  agentId: string,
  from: number,
): Promise<Before | null> => {
  const [row] = await db.rows<{ rank: number | null; until: number | null }>(sql`
    SELECT ${rankOf(sql`(${historyState})`)} AS rank, h.observed_at + h.ttl_ms AS until
    FROM agents a LEFT JOIN snapshots h ON h.workspace_id = a.workspace_id AND h.id = (
      SELECT id FROM snapshots WHERE workspace_id = ${workspace} AND agent_id = ${agentId}
        AND observed_at < ${from} ORDER BY observed_at DESC LIMIT 1)
    WHERE a.workspace_id = ${workspace} AND a.id = ${agentId}`)
  return row ? { rank: row.rank, coveredUntil: row.until ?? 0 } : null
}
