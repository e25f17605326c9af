import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import { inList } from '../fleet/state.ts'

/** Names by which agents and machines go now, by id; of those that are known. */
export const readNames = async (
  db: ReadDb,
  workspace: string,
  ids: readonly string[],
): Promise<{ id: string; name: string }[]> => {
  if (ids.length === 0) return []
  return db.rows(sql`
    SELECT id, name FROM agents WHERE workspace_id = ${workspace} AND id IN ${inList(ids)}
    UNION ALL SELECT id, name FROM machines WHERE workspace_id = ${workspace} AND id IN ${inList(ids)}`)
}
