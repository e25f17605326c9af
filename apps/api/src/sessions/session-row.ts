import type { Session, SessionReport } from '@watchbill/contract/sessions'
import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import { inList, sessionStateAt } from '../fleet/state.ts'
import { instant, instantOrNull } from '../identity/instant.ts'

interface SessionRow {
  readonly id: string
  readonly state: Session['state']
  readonly observed_at: number
  readonly stale_at: number | null
  readonly report: string
  readonly agent_id: string
  readonly agent_name: string
  readonly runtime: string
  readonly machine_id: string
  readonly machine_name: string
}

/** Sessions by id as they stand at `now` (ms), in one query; ids that do not exist are absent. */
export const loadSessions = async (
  db: ReadDb,
  workspace: string,
  ids: readonly string[],
  now: number,
): Promise<Map<string, Session>> => {
  if (ids.length === 0) return new Map()
  const rows = await db.rows<SessionRow>(sql`
    SELECT s.id, s.observed_at, s.report, ${sessionStateAt(now)} AS state,
      CASE WHEN s.state = 'ended' THEN NULL
        WHEN s.state = 'working' AND s.stale_at < coalesce(a.stale_at, s.stale_at + 1) THEN s.stale_at
        ELSE a.stale_at END AS stale_at,
      a.id AS agent_id, a.name AS agent_name, a.runtime, m.id AS machine_id, m.name AS machine_name
    FROM sessions s
    JOIN agents a ON a.workspace_id = s.workspace_id AND a.id = s.agent_id
    JOIN machines m ON m.workspace_id = s.workspace_id AND m.id = s.machine_id
    WHERE s.workspace_id = ${workspace} AND s.id IN ${inList(ids)}`)
  return new Map(rows.map((row) => [row.id, toSession(row)]))
}

const toSession = (row: SessionRow): Session => {
  const report = parseReport(row.report)
  return {
    ...report,
    state: row.state,
    reportedState: report.state,
    agent: { id: row.agent_id, name: row.agent_name, runtime: row.runtime },
    machine: { id: row.machine_id, name: row.machine_name },
    observedAt: instant(row.observed_at),
    staleAt: instantOrNull(row.stale_at),
  }
}

/** Written by snapshots/ from a parsed SessionReport. */
const parseReport = (text: string) => JSON.parse(text) as SessionReport
