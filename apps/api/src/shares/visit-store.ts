import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import type { IngestWrite, Write } from '../db/write.ts'

/** What the cookie of an opened link stands for. */
export interface VisitRow {
  /** SHA-256 of the secret in the cookie, hex. */
  readonly hash: string
  readonly workspace: string
  readonly share: string
  readonly expiresAt: number
}

export const findVisit = async (db: ReadDb, hash: string): Promise<VisitRow | null> => {
  const [row] = await db.rows<VisitRow>(
    sql`SELECT hash, workspace_id AS workspace, share_id AS share, expires_at AS expiresAt FROM share_visits
      WHERE hash = ${hash}`,
  )
  return row ?? null
}

export const insertVisit = ({ hash, workspace, share, expiresAt }: VisitRow): Write => ({
  sql: 'INSERT INTO share_visits (hash, workspace_id, share_id, expires_at) VALUES (?, ?, ?, ?)',
  args: [hash, workspace, share, expiresAt],
  expect: 1,
})

/** At most `limit` of those that ended before `now`. */
export const dropDeadVisits = (now: number, limit: number): IngestWrite => ({
  table: 'share_visits',
  sql: `DELETE FROM share_visits WHERE hash IN (SELECT hash FROM share_visits WHERE expires_at < ? LIMIT ${limit})`,
  args: [now],
})
