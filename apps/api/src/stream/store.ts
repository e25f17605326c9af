import { sql } from 'drizzle-orm'
import type { ChangeKind } from '../db/journal.ts'
import type { ReadDb } from '../db/open.ts'
import { inList } from '../fleet/state.ts'

/** Newest place of a workspace's journal; null when the workspace is gone. */
export const readHead = async (db: ReadDb, workspace: string): Promise<number | null> => {
  const [row] = await db.rows<{ head: number }>(
    sql`SELECT change_seq AS head FROM workspaces WHERE id = ${workspace}`,
  )
  return row?.head ?? null
}

export interface JournalRow {
  readonly head: number
  /** Null when nothing stands after the place asked for. */
  readonly seq: number | null
  readonly kind: ChangeKind
  readonly ref: string
}

/** What stands after `after`, oldest first; one row with `seq` null when nothing does, none when the workspace is gone. */
export const readJournal = (
  db: ReadDb,
  workspace: string,
  after: number,
  limit: number,
): Promise<JournalRow[]> =>
  db.rows<JournalRow>(sql`
    SELECT w.change_seq AS head, c.seq, c.kind, c.ref
    FROM workspaces w LEFT JOIN changes c ON c.workspace_id = w.id AND c.seq > ${after}
    WHERE w.id = ${workspace} ORDER BY c.seq LIMIT ${limit}`)

/** Sessions to tell of: those named, and the open ones of these agents, whose state and `staleAt` follow the agent. */
export const readTouchedSessions = (
  db: ReadDb,
  workspace: string,
  sessionIds: readonly string[],
  agentIds: readonly string[],
): Promise<{ id: string; agent_id: string }[]> =>
  db.rows(sql`
    SELECT s.id, s.agent_id FROM sessions s
    WHERE s.workspace_id = ${workspace} AND s.id IN ${inList(sessionIds)}
    UNION
    SELECT s.id, s.agent_id FROM sessions s
    WHERE s.workspace_id = ${workspace} AND s.state <> 'ended' AND s.agent_id IN ${inList(agentIds)}`)
