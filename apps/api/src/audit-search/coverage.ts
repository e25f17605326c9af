import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'

/** How many machines are known, whether or not they ever wrote to the log, and how many of them are heard from now. */
export const readCoverage = async (
  db: ReadDb,
  workspace: string,
  now: number,
): Promise<{ machines: number; heard: number }> => {
  const [row] = await db.rows<{ machines: number; heard: number }>(sql`
    SELECT count(*) AS machines, coalesce(sum(m.last_seen_at + m.ttl_ms >= ${now}), 0) AS heard
    FROM machines m WHERE m.workspace_id = ${workspace}`)
  return row ?? { machines: 0, heard: 0 }
}

export interface SilentMachine {
  readonly id: string
  readonly name: string
  readonly since: number
}

/** Machines with entries in the log that have not been heard from for longer than they promised. */
export const readSilent = (db: ReadDb, workspace: string, now: number): Promise<SilentMachine[]> =>
  db.rows(sql`SELECT m.id, m.name, m.last_seen_at AS since FROM machines m
    WHERE m.workspace_id = ${workspace} AND m.last_seen_at + m.ttl_ms < ${now}
      AND m.id IN (SELECT owner FROM producers WHERE workspace_id = ${workspace})
    ORDER BY m.last_seen_at DESC LIMIT 100`)
