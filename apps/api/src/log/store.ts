import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'

/** A log as its readers see it. */
export interface LogState {
  /** Null until the first seal. */
  readonly origin: string | null
  readonly epoch: number
  /** Leaves by now; those at `checkpoint.size` and above are pending. */
  readonly size: number
  readonly published: boolean
  /** The newest of this epoch. */
  readonly checkpoint: StoredCheckpoint | null
}

export interface StoredCheckpoint {
  /** The signed note with the lines of witnesses that cosigned it. */
  readonly note: string
  readonly size: number
  readonly signedAt: number
}

interface RawState {
  readonly origin: string | null
  readonly epoch: number
  readonly size: number
  readonly published: number
  readonly note: ArrayBuffer | null
  readonly sealedSize: number | null
  readonly signedAt: number | null
  readonly lines: ArrayBuffer | null
}

/**
 * Null for a workspace without a log. Texts are cast: the native reader ends the process on invalid UTF-8, which whoever
 * tampers with the file can put there.
 */
export const readLog = async (db: ReadDb, workspace: string): Promise<LogState | null> => {
  const [row] = await db.rows<RawState>(sql`
    SELECT l.origin, l.epoch, l.size, l.published, CAST(c.note AS BLOB) AS note, c.size AS sealedSize,
      c.signed_at AS signedAt, (SELECT CAST(group_concat(rtrim(line, char(10)), char(10)) AS BLOB) FROM
        (SELECT line FROM cosignatures s WHERE s.workspace_id = c.workspace_id AND s.epoch = c.epoch
          AND s.size = c.size ORDER BY s.witness)) AS lines
    FROM logs l LEFT JOIN checkpoints c ON c.workspace_id = l.workspace_id AND c.epoch = l.epoch AND c.size =
      (SELECT max(n.size) FROM checkpoints n WHERE n.workspace_id = l.workspace_id AND n.epoch = l.epoch)
    WHERE l.workspace_id = ${workspace}`)
  if (!row) return null
  const { origin, epoch, size } = row
  return { origin, epoch, size, published: row.published === 1, checkpoint: checkpointOf(row) }
}

const empty: LogState = { origin: null, epoch: 0, size: 0, published: false, checkpoint: null }

/** A log begins with its first entry: until then it is an empty one to those who may read it. */
export const readLogOrEmpty = async (db: ReadDb, workspace: string): Promise<LogState> =>
  (await readLog(db, workspace)) ?? empty

const checkpointOf = ({ note, lines, sealedSize, signedAt }: RawState): StoredCheckpoint | null => {
  if (note === null || sealedSize === null || signedAt === null) return null
  const cosigned = lines === null ? '' : `${textOf(lines)}\n`
  return { note: textOf(note) + cosigned, size: sealedSize, signedAt }
}

/** The first checkpoint of the epoch that the entry stands in. */
export const readFirstHolding = async (
  db: ReadDb,
  workspace: string,
  epoch: number,
  seq: number,
): Promise<StoredCheckpoint | null> => {
  const [row] = await db.rows<{ note: ArrayBuffer; size: number; signedAt: number }>(sql`
    SELECT CAST(note AS BLOB) AS note, size, signed_at AS signedAt FROM checkpoints
    WHERE workspace_id = ${workspace} AND epoch = ${epoch} AND size > ${seq} ORDER BY size LIMIT 1`)
  return row ? { ...row, note: textOf(row.note) } : null
}

/** Bytes as they stand, a byte order mark too: text that was changed must look changed. */
export const textOf = (bytes: ArrayBuffer): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

/** Headers of entries `from` to `to` - 1, as they were hashed. */
export const readHeaders = async (
  db: ReadDb,
  workspace: string,
  from: number,
  to: number,
): Promise<Uint8Array[]> => {
  const rows = await db.rows<{ header: ArrayBuffer }>(sql`SELECT header FROM entries
    WHERE workspace_id = ${workspace} AND seq >= ${from} AND seq < ${to} ORDER BY seq`)
  if (rows.length !== to - from) throw new Error(`the log lacks entries between ${from} and ${to}`)
  return rows.map(({ header }) => new Uint8Array(header))
}

export interface KeyRow {
  readonly vkey: string
  readonly epoch: number
  readonly addedAt: number
  readonly addedSeq: number | null
  readonly retiredSize: number | null
}

/** Oldest first. */
export const readKeys = (db: ReadDb, workspace: string): Promise<KeyRow[]> =>
  db.rows(sql`SELECT vkey, epoch, added_at AS addedAt, added_seq AS addedSeq, retired_size AS retiredSize
    FROM log_keys WHERE workspace_id = ${workspace} ORDER BY epoch, added_at, id`)

export interface EpochRow {
  readonly epoch: number
  readonly origin: string
  readonly size: number
  readonly oldOrigin: string | null
  readonly oldSize: number | null
  readonly oldRoot: ArrayBuffer | null
  readonly beganAt: number
}

/** Oldest first. */
export const readEpochs = (db: ReadDb, workspace: string): Promise<EpochRow[]> =>
  db.rows(sql`SELECT epoch, origin, size, old_origin AS oldOrigin, old_size AS oldSize, old_root AS oldRoot,
    began_at AS beganAt FROM log_epochs WHERE workspace_id = ${workspace} ORDER BY epoch`)

export interface WitnessRow {
  readonly name: string
  readonly vkey: string
  readonly url: string
  readonly latestSize: number
  readonly failure: string | null
  readonly askedAt: number | null
}

export const readWitnesses = (db: ReadDb, workspace: string): Promise<WitnessRow[]> =>
  db.rows(sql`SELECT name, vkey, url, latest_size AS latestSize, failure, asked_at AS askedAt
    FROM witnesses WHERE workspace_id = ${workspace} ORDER BY name`)
