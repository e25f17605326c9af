import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'

/** An entry with everything that is kept about it, as it stands: nothing here is checked. */
export interface EntryRow {
  readonly seq: number
  readonly header: ArrayBuffer
  readonly receivedAt: number
  /** 0 is the control plane. */
  readonly producerNo: number
  readonly owner: string | null
  readonly salt: ArrayBuffer | null
  readonly payload: ArrayBuffer | null
  readonly erasedBy: number | null
}

/** Entries `from` to `to` - 1, newest first. */
export const readEntryRows = (db: ReadDb, workspace: string, from: number, to: number): Promise<EntryRow[]> =>
  db.rows(sql`${columns} FROM entries e ${beside}
    WHERE e.workspace_id = ${workspace} AND e.seq >= ${from} AND e.seq < ${to} ORDER BY e.seq DESC`)

/** The entries at these places, in this order; those that are not there are left out. */
export const readEntriesAt = (db: ReadDb, workspace: string, seqs: readonly number[]): Promise<EntryRow[]> =>
  db.rows(sql`${columns} FROM json_each(${JSON.stringify(seqs)}) wanted
    CROSS JOIN entries e ON e.workspace_id = ${workspace} AND e.seq = wanted.value ${beside}
    ORDER BY wanted.key`)

/** `payload` is cast: see `readLog`. */
const columns = sql`SELECT e.seq, e.header, e.received_at AS receivedAt, e.producer_no AS producerNo, p.owner,
  y.salt, CAST(y.payload AS BLOB) AS payload, x.by_seq AS erasedBy`

const beside = sql`LEFT JOIN producers p ON p.workspace_id = e.workspace_id AND p.no = e.producer_no
  LEFT JOIN payloads y ON y.workspace_id = e.workspace_id AND y.seq = e.seq
  LEFT JOIN erasures x ON x.workspace_id = e.workspace_id AND x.seq = e.seq`
