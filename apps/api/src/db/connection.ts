import type { ResultSet } from '@libsql/client/http'
import Database from 'libsql'
import type { Statement } from './bind.ts'
import { unavailable } from './failure.ts'
import { createResult } from './result.ts'

/** One native connection to a local file, with its prepared statements kept. */
export interface Connection {
  /** Runs one statement synchronously. `INSERT … RETURNING` reports rowsAffected 0, as @libsql/client does. */
  run(statement: Statement): ResultSet
  exec(sql: string): void
  readonly inTransaction: boolean
  close(): void
}

export interface ConnectionOptions {
  readonly path: string
  /** How long the native layer may block this thread on another process's lock, ms. */
  readonly busyMs: number
  readonly queryOnly?: boolean
}

/** `timeout` rather than a PRAGMA: only the option is certain to reach the connection (reference §2, trap 2). */
export const openConnection = ({ path, busyMs, queryOnly = false }: ConnectionOptions): Connection => {
  const native = new Database(path, { timeout: busyMs })
  native.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  if (queryOnly) native.exec('PRAGMA query_only = ON')
  const prepared = new Map<string, Prepared>()
  let closed = false
  // The binding aborts the whole process when a closed connection is asked anything.
  const requireOpen = () => {
    if (closed) throw unavailable('The database is closed.')
    return native
  }
  return {
    run: ({ sql, args }) => runPrepared(prepareCached(requireOpen(), prepared, sql), args),
    exec: (sql) => {
      requireOpen().exec(sql)
    },
    get inTransaction() {
      return !closed && native.inTransaction
    },
    close() {
      if (!closed) native.close()
      closed = true
      prepared.clear()
    },
  }
}

interface Prepared {
  readonly statement: Database.Statement<unknown[]>
  readonly reader: boolean
}

const cachedStatements = 400

/** Preparing anew on every call keeps native memory until the event loop turns (reference §2, trap 3). */
const prepareCached = (native: Database.Database, cache: Map<string, Prepared>, sql: string): Prepared => {
  const known = cache.get(sql)
  if (known) return known
  const statement = native.prepare<unknown[]>(sql).safeIntegers(true)
  const reader = statement.reader
  // Raw rows: the object form carries a `_metadata` property (reference §2, trap 10).
  if (reader) statement.raw(true)
  const entry = { statement, reader }
  cache.set(sql, entry)
  const oldest = cache.size > cachedStatements ? cache.keys().next().value : undefined
  if (oldest !== undefined) cache.delete(oldest)
  return entry
}

const runPrepared = ({ statement, reader }: Prepared, args: Statement['args']): ResultSet => {
  const bound = args.map((arg) => (arg instanceof Uint8Array ? Buffer.from(arg) : arg))
  if (!reader) {
    const { changes, lastInsertRowid } = statement.run(bound)
    return createResult([], [], [], changes, BigInt(lastInsertRowid))
  }
  const rows = statement.all(bound).map(asCells)
  // Read after running: a schema change re-prepares the statement and may add columns.
  const columns = statement.columns()
  return createResult(
    columns.map((column) => column.name),
    columns.map((column) => column.type ?? ''),
    rows,
  )
}

const asCells = (row: unknown): readonly unknown[] => {
  if (!Array.isArray(row)) throw new Error('raw mode returned something that is not a list')
  return row
}
