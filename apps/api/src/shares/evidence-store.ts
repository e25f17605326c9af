import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import { type StoredCheckpoint, textOf } from '../log/store.ts'

interface RawCheckpoint {
  readonly note: ArrayBuffer
  readonly size: number
  readonly signedAt: number
  readonly lines: ArrayBuffer | null
}

/** A checkpoint of an epoch with its cosignatures: of exactly that size, else the newest. Null where there is none. */
export const readCheckpointOf = async (
  db: ReadDb,
  workspace: string,
  epoch: number,
  size: number | null,
): Promise<StoredCheckpoint | null> => {
  const [row] = await db.rows<RawCheckpoint>(sql`
    SELECT CAST(c.note AS BLOB) AS note, c.size, c.signed_at AS signedAt,
      (SELECT CAST(group_concat(rtrim(line, char(10)) || char(10), '') AS BLOB) FROM
        (SELECT line FROM cosignatures s WHERE s.workspace_id = c.workspace_id AND s.epoch = c.epoch
          AND s.size = c.size ORDER BY s.witness)) AS lines
    FROM checkpoints c WHERE c.workspace_id = ${workspace} AND c.epoch = ${epoch}
      AND (${size} IS NULL OR c.size = ${size}) ORDER BY c.size DESC LIMIT 1`)
  if (!row) return null
  const cosigned = row.lines === null ? '' : textOf(row.lines)
  return { note: textOf(row.note) + cosigned, size: row.size, signedAt: row.signedAt }
}
