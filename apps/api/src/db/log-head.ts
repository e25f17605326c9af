import type { ResultSet } from '@libsql/client/http'
import { type Frontier, merkle } from '@watchbill/ledger'
import { type SQL, sql } from 'drizzle-orm'
import type { Statement } from './bind.ts'
import type { ReadDb } from './read-db.ts'

/** The head row of a log: all that is needed to go on with it (O(log n) bytes, whatever its size). */
export interface LogHead {
  readonly workspace: string
  /** Null until the first seal. */
  readonly origin: string | null
  readonly epoch: number
  readonly frontier: Frontier
  /** The control plane's own chain. */
  readonly own: OwnChain
}

export interface OwnChain {
  /** `prd_…` */
  readonly producer: string
  readonly pseq: number
  /** Leaf hash of its entry before; 32 zero bytes at pseq 0. */
  readonly prev: Uint8Array
}

/** Null for a workspace whose log has not begun. Throws Error for a row that contradicts itself. */
export const readHead = async (db: ReadDb, workspace: string): Promise<LogHead | null> => {
  const [row] = await db.rows<HeadRow>(headQuery(workspace))
  return row ? headOf(row) : null
}

const columns = 'workspace_id, origin, epoch, size, frontier, own_producer, own_pseq, own_prev'

const headQuery = (workspace: string): SQL =>
  sql`SELECT ${sql.raw(columns)} FROM logs WHERE workspace_id = ${workspace}`

/** The same for the writers, inside their transaction. */
export const headStatement = (workspace: string): Statement => ({
  sql: `SELECT ${columns} FROM logs WHERE workspace_id = ?`,
  args: [workspace],
})

/** Reads what `headStatement` gave. */
export const readHeadResult = ({ rows: [row] }: ResultSet): LogHead | null =>
  row === undefined ? null : headOf(asHeadRow(row))

interface HeadRow {
  readonly workspace_id: string
  readonly origin: string | null
  readonly epoch: number
  readonly size: number
  readonly frontier: ArrayBuffer
  readonly own_producer: string
  readonly own_pseq: number
  readonly own_prev: ArrayBuffer
}

const headOf = (row: HeadRow): LogHead => {
  const frontier = merkle.parseFrontier(row.size, new Uint8Array(row.frontier))
  if (frontier === null) {
    throw new Error(`the head of log ${row.workspace_id} contradicts itself: run \`watchbill log fsck\``)
  }
  return {
    workspace: row.workspace_id,
    origin: row.origin,
    epoch: row.epoch,
    frontier,
    own: { producer: row.own_producer, pseq: row.own_pseq, prev: new Uint8Array(row.own_prev) },
  }
}

/** A log begins with its first entry; a row that stands already is left as it is. */
export const beginStatement = (workspace: string, producer: string): Statement => ({
  sql: 'INSERT INTO logs (workspace_id, own_producer) VALUES (?, ?) ON CONFLICT DO NOTHING',
  args: [workspace, producer],
})

/**
 * Moves the head by compare-and-swap. The frontier stands for every leaf, so a head that was read before a restore, in
 * another epoch or on another branch never matches.
 */
export const moveStatement = (before: LogHead, after: LogHead): Statement => ({
  sql: `UPDATE logs SET size = ?, frontier = ?, own_pseq = ?, own_prev = ?
    WHERE workspace_id = ? AND size = ? AND epoch = ? AND own_producer = ? AND own_pseq = ? AND frontier = ?`,
  args: [
    BigInt(after.frontier.size),
    merkle.formatFrontier(after.frontier),
    BigInt(after.own.pseq),
    after.own.prev,
    before.workspace,
    BigInt(before.frontier.size),
    BigInt(before.epoch),
    before.own.producer,
    BigInt(before.own.pseq),
    merkle.formatFrontier(before.frontier),
  ],
})

/** Breaks CHECK guard_head, and with it the batch, when the statement before it did not move the head. */
export const headGuard: Statement = {
  sql: 'UPDATE guard SET head = (changes() = 1) WHERE id = 1',
  args: [],
}

/** Rows come untyped; `columns` names what is in them, and the table is STRICT. */
const asHeadRow = (row: unknown) => row as HeadRow
