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
  // What is deleted is overwritten (SECURITY "Erasure"); see erasures/service.ts for what that leaves.
  native.exec('PRAGMA secure_delete = ON')
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
  /** Once known, for a statement that names every column: a schema that changes breaks it rather than its columns. */
  columns: Columns | null
  readonly namesAll: boolean
}

interface Columns {
  readonly names: string[]
  readonly types: string[]
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
  const entry = { statement, reader, columns: null, namesAll: !sql.includes('*') }
  cache.set(sql, entry)
  const oldest = cache.size > cachedStatements ? cache.keys().next().value : undefined
  if (oldest !== undefined) cache.delete(oldest)
  return entry
}

const runPrepared = (prepared: Prepared, args: Statement['args']): ResultSet => {
  const { statement, reader } = prepared
  const bound = args.map((arg) => (arg instanceof Uint8Array ? viewOf(arg) : arg))
  if (!reader) {
    const { changes, lastInsertRowid } = statement.run(bound)
    return createResult([], [], [], changes, BigInt(lastInsertRowid))
  }
  const rows = statement.all(bound).map(asCells)
  // Read after running: a schema change re-prepares the statement and may add columns.
  const { names, types } = prepared.columns ?? readColumns(statement)
  // Asking the binding costs as much as a small query.
  if (prepared.namesAll) prepared.columns = { names, types }
  return createResult(names, types, rows)
}

const readColumns = (statement: Prepared['statement']): Columns => {
  const columns = statement.columns()
  return { names: columns.map(({ name }) => name), types: columns.map(({ type }) => type ?? '') }
}

/** The binding takes a Buffer; no copy, since it reads the bytes before it returns. */
const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const asCells = (row: unknown): readonly unknown[] => {
  if (!Array.isArray(row)) throw new Error('raw mode returned something that is not a list')
  return row
}
