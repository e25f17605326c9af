import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'

/**
 * One log as its rows stand, page by page in the order of the log. Texts come as bytes: the native reader ends the process
 * on invalid UTF-8, which whoever tampers can put there. Each method is one statement, so it sees one moment.
 */
export interface LogRows {
  /** Null when the workspace has no log. */
  head(): Promise<HeadRows | null>
  /** Entries from a place on, with what belongs to them. */
  entries(from: number, limit: number): Promise<EntryRow[]>
  /** Places at or beyond the head, or below 0; at most 10. */
  strayEntries(): Promise<number[]>
  /** Rows of `payloads` or `erasures` that belong to no entry; at most 10. */
  strayRows(table: 'payloads' | 'erasures'): Promise<number[]>
  /** Which of these places hold a payload. */
  opened(seqs: readonly number[]): Promise<number[]>
  tiles(level: number, from: number, below: number): Promise<TileRow[]>
  tileRoots(level: number, from: number, below: number): Promise<TileRow[]>
  /** Rows of `tiles` or `tile_roots` for tiles that are not full; at most 10. */
  strayTiles(table: 'tiles' | 'tile_roots'): Promise<{ level: number; n: number }[]>
  checkpoints(epoch: number, above: number, limit: number): Promise<CheckpointRow[]>
  epochs(): Promise<EpochRow[]>
  keys(): Promise<KeyRow[]>
  machineKeys(): Promise<{ machine: string; key: Uint8Array }[]>
  equivocations(): Promise<EquivocationRow[]>
}

export interface HeadRows {
  readonly origin: string | null
  readonly epoch: number
  readonly size: number
  readonly frontier: Uint8Array
  readonly ownProducer: string
  readonly ownPseq: number
  readonly ownPrev: Uint8Array
  readonly producers: readonly ProducerRow[]
}
export interface ProducerRow {
  readonly no: number
  readonly id: string
  readonly owner: string
  readonly nextPseq: number
  readonly lastLeaf: Uint8Array
  readonly sealedPseq: number | null
}
export interface EntryRow {
  readonly seq: number
  readonly producerNo: number
  readonly pseq: number
  readonly leaf: Uint8Array
  readonly header: Uint8Array
  readonly opened: { readonly salt: Uint8Array; readonly payload: Uint8Array } | null
  readonly erasedBy: number | null
}
export interface TileRow {
  readonly n: number
  readonly bytes: Uint8Array
}
export interface CheckpointRow {
  readonly epoch: number
  readonly size: number
  readonly root: Uint8Array
  readonly note: string
}
export interface EpochRow {
  readonly epoch: number
  readonly origin: string
  readonly size: number
  readonly oldOrigin: string | null
  readonly oldSize: number | null
  readonly oldRoot: Uint8Array | null
}
export interface KeyRow {
  readonly epoch: number
  readonly vkey: string
  readonly addedSeq: number | null
  readonly retiredSize: number | null
}
export interface EquivocationRow {
  readonly producer: string
  readonly pseq: number
  readonly leaf: Uint8Array
  readonly header: Uint8Array
}

type Cell = string | number | ArrayBuffer | null
type Row = Readonly<Record<string, Cell>>

export const createLogRows = (db: ReadDb, workspace: string): LogRows => ({
  head: () => readHead(db, workspace),
  entries: async (from, limit) => {
    const rows = await db.rows<Row>(sql`SELECT e.seq, e.producer_no AS no, e.pseq, e.leaf, e.header, p.salt,
        CAST(p.payload AS BLOB) AS payload, x.by_seq AS erased
      FROM entries e LEFT JOIN payloads p ON p.workspace_id = e.workspace_id AND p.seq = e.seq
        LEFT JOIN erasures x ON x.workspace_id = e.workspace_id AND x.seq = e.seq
      WHERE e.workspace_id = ${workspace} AND e.seq >= ${from} ORDER BY e.seq LIMIT ${limit}`)
    return rows.map(entryOf)
  },
  strayEntries: async () =>
    places(
      await db.rows<Row>(sql`SELECT seq FROM entries WHERE workspace_id = ${workspace} AND (seq < 0 OR seq >=
        (SELECT size FROM logs WHERE workspace_id = ${workspace})) ORDER BY seq LIMIT 10`),
    ),
  strayRows: async (table) =>
    places(
      await db.rows<Row>(sql`SELECT t.seq FROM ${sql.raw(table)} t WHERE t.workspace_id = ${workspace} AND NOT EXISTS
        (SELECT 1 FROM entries e WHERE e.workspace_id = t.workspace_id AND e.seq = t.seq) ORDER BY t.seq LIMIT 10`),
    ),
  opened: async (seqs) =>
    places(
      await db.rows<Row>(sql`SELECT p.seq FROM json_each(${JSON.stringify(seqs)}) w CROSS JOIN payloads p
        ON p.workspace_id = ${workspace} AND p.seq = w.value`),
    ),
  tiles: (level, from, below) => readTiles(db, workspace, 'tiles', 'hashes', level, from, below),
  tileRoots: (level, from, below) => readTiles(db, workspace, 'tile_roots', 'root', level, from, below),
  strayTiles: async (table) => {
    // Level 5 holds 2^48 leaves to a tile; SQLite's shift ends at 63 bits.
    const rows =
      await db.rows<Row>(sql`SELECT level, n FROM ${sql.raw(table)} WHERE workspace_id = ${workspace}
      AND (level NOT BETWEEN 0 AND 5 OR n < 0 OR n >= (SELECT size FROM logs WHERE workspace_id = ${workspace})
        >> (8 * (level + 1))) ORDER BY level, n LIMIT 10`)
    return rows.map((row) => ({ level: number(row.level), n: number(row.n) }))
  },
  checkpoints: async (epoch, above, limit) => {
    const rows = await db.rows<Row>(sql`SELECT epoch, size, root, CAST(note AS BLOB) AS note FROM checkpoints
      WHERE workspace_id = ${workspace} AND epoch = ${epoch} AND size > ${above} ORDER BY size LIMIT ${limit}`)
    return rows.map((row) => ({
      epoch: number(row.epoch),
      size: number(row.size),
      root: bytes(row.root),
      note: text(row.note),
    }))
  },
  epochs: async () => (await db.rows<Row>(epochsOf(workspace))).map(epochOf),
  keys: async () => {
    const rows = await db.rows<Row>(sql`SELECT epoch, CAST(vkey AS BLOB) AS vkey, added_seq AS added,
      retired_size AS retired FROM log_keys WHERE workspace_id = ${workspace} ORDER BY epoch, added_at, id`)
    return rows.map((row) => ({
      epoch: number(row.epoch),
      vkey: text(row.vkey),
      addedSeq: numberOrNull(row.added),
      retiredSize: numberOrNull(row.retired),
    }))
  },
  machineKeys: async () => {
    const rows = await db.rows<Row>(sql`SELECT CAST(machine_id AS BLOB) AS machine, public_key AS key
      FROM machine_keys WHERE workspace_id = ${workspace}`)
    return rows.map((row) => ({ machine: text(row.machine), key: bytes(row.key) }))
  },
  equivocations: async () => {
    const rows = await db.rows<Row>(sql`SELECT CAST(producer_id AS BLOB) AS producer, pseq, leaf, header
      FROM equivocations WHERE workspace_id = ${workspace} ORDER BY producer_id, pseq`)
    return rows.map((row) => ({
      producer: text(row.producer),
      pseq: number(row.pseq),
      leaf: bytes(row.leaf),
      header: bytes(row.header),
    }))
  },
})

/** Head and producers in one statement: a server that writes meanwhile moves both at once. */
const readHead = async (db: ReadDb, workspace: string): Promise<HeadRows | null> => {
  const rows = await db.rows<Row>(sql`SELECT CAST(l.origin AS BLOB) AS origin, l.epoch, l.size, l.frontier,
      CAST(l.own_producer AS BLOB) AS own, l.own_pseq AS ownPseq, l.own_prev AS ownPrev, p.no,
      CAST(p.id AS BLOB) AS id, CAST(p.owner AS BLOB) AS owner, p.next_pseq AS next, p.last_leaf AS last,
      p.sealed_pseq AS sealed
    FROM logs l LEFT JOIN producers p ON p.workspace_id = l.workspace_id
    WHERE l.workspace_id = ${workspace} ORDER BY p.no`)
  const [first] = rows
  if (first === undefined) return null
  return {
    origin: first.origin === null ? null : text(first.origin),
    epoch: number(first.epoch),
    size: number(first.size),
    frontier: bytes(first.frontier),
    ownProducer: text(first.own),
    ownPseq: number(first.ownPseq),
    ownPrev: bytes(first.ownPrev),
    producers: rows.flatMap((row) =>
      row.no === null
        ? []
        : [
            {
              no: number(row.no),
              id: text(row.id),
              owner: text(row.owner),
              nextPseq: number(row.next),
              lastLeaf: bytes(row.last),
              sealedPseq: numberOrNull(row.sealed),
            },
          ],
    ),
  }
}

const readTiles = async (
  db: ReadDb,
  workspace: string,
  table: 'tiles' | 'tile_roots',
  column: 'hashes' | 'root',
  level: number,
  from: number,
  below: number,
): Promise<TileRow[]> => {
  const rows = await db.rows<Row>(sql`SELECT n, ${sql.raw(column)} AS bytes FROM ${sql.raw(table)}
    WHERE workspace_id = ${workspace} AND level = ${level} AND n >= ${from} AND n < ${below} ORDER BY n`)
  return rows.map((row) => ({ n: number(row.n), bytes: bytes(row.bytes) }))
}

const epochsOf = (workspace: string) => sql`SELECT epoch, CAST(origin AS BLOB) AS origin, size,
  CAST(old_origin AS BLOB) AS oldOrigin, old_size AS oldSize, old_root AS oldRoot FROM log_epochs
  WHERE workspace_id = ${workspace} ORDER BY epoch`

const epochOf = (row: Row): EpochRow => ({
  epoch: number(row.epoch),
  origin: text(row.origin),
  size: number(row.size),
  oldOrigin: row.oldOrigin === null ? null : text(row.oldOrigin),
  oldSize: numberOrNull(row.oldSize),
  oldRoot: row.oldRoot === null ? null : bytes(row.oldRoot),
})

const entryOf = (row: Row): EntryRow => ({
  seq: number(row.seq),
  producerNo: number(row.no),
  pseq: number(row.pseq),
  leaf: bytes(row.leaf),
  header: bytes(row.header),
  opened: row.salt === null ? null : { salt: bytes(row.salt), payload: bytes(row.payload) },
  erasedBy: numberOrNull(row.erased),
})

const places = (rows: readonly Row[]): number[] => rows.map((row) => number(row.seq))
const number = (cell: Cell | undefined): number => Number(cell)
const numberOrNull = (cell: Cell | undefined): number | null => (cell == null ? null : Number(cell))
const bytes = (cell: Cell | undefined): Uint8Array =>
  cell instanceof ArrayBuffer ? new Uint8Array(cell) : new Uint8Array()
/** As it stands: what is no UTF-8 becomes visible as U+FFFD and so unlike anything that was signed. */
const text = (cell: Cell | undefined): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes(cell))
