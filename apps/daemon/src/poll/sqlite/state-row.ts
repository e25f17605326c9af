import type { SqlDatabase } from 'sql.js/dist/sql-wasm-browser.js'
import { forgetSqlite, sqlite } from './engine.ts'
import { DatabaseError, pageSizeOf } from './wal.ts'

/** The one row of Fluffy Waffle's `session_state` (reference §4.2), foreign text both. */
export interface StateRow {
  readonly updatedAt: string
  readonly data: string
}

const heapBytes = 32 * 1024 * 1024
const mostDataBytes = 1024 * 1024
const mostTimeBytes = 64

/**
 * Reads the row out of a private image; null where table or row is missing. TRUST BOUNDARY: whoever writes the database
 * must not make this loop or fill the memory. Throws DatabaseError.
 */
export const readStateRow = async (image: Uint8Array): Promise<StateRow | null> => {
  requireFlatSchema(image)
  const { Database } = await sqlite()
  let database: SqlDatabase | null = null
  try {
    database = new Database(image)
    database.exec(`PRAGMA hard_heap_limit=${heapBytes}; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON`)
    return rowOf(database)
  } catch (error) {
    if (error instanceof DatabaseError) throw error
    forgetSqlite()
    throw new DatabaseError(error instanceof Error ? error.message.slice(0, 120) : 'cannot be read')
  } finally {
    closeQuietly(database)
  }
}

const rowOf = (database: SqlDatabase): StateRow | null => {
  const schema = first(database, "SELECT type, sql FROM sqlite_master WHERE name = 'session_state'")
  if (schema === null) return null
  requirePlainTable(schema)
  const sizes = first(
    database,
    'SELECT typeof(updated_at), octet_length(updated_at), typeof(data), octet_length(data) FROM session_state WHERE id = 1',
  )
  if (sizes === null) return null
  const [timeType, timeBytes, dataType, dataBytes] = sizes
  if (timeType !== 'text' || dataType !== 'text') throw new DatabaseError('session_state holds no text')
  if (Number(timeBytes) > mostTimeBytes || Number(dataBytes) > mostDataBytes)
    throw new DatabaseError('session_state is over 1 MiB')
  const row = first(database, 'SELECT updated_at, data FROM session_state WHERE id = 1')
  return row === null ? null : { updatedAt: String(row[0]), data: String(row[1]) }
}

/** A view or a generated column could compute for ever; `id` as the rowid makes the lookup a single descent. */
const requirePlainTable = ([type, sql]: readonly unknown[]): void => {
  const plain =
    type === 'table' &&
    typeof sql === 'string' &&
    /^CREATE TABLE "?session_state"?\s*\(\s*"?id"? INTEGER PRIMARY KEY\b/i.test(sql) &&
    !/\b(AS|WITHOUT|rowid|oid|_rowid_)\b/i.test(sql)
  if (!plain) throw new DatabaseError('session_state is not the table of this runtime')
}

/** The schema lies on page 1 as one leaf: a tree there could lead SQLite round in circles while it loads. */
const requireFlatSchema = (image: Uint8Array): void => {
  pageSizeOf(image)
  if (image[100] !== 0x0d) throw new DatabaseError('its list of tables is not one page')
}

const first = (database: SqlDatabase, sql: string): readonly unknown[] | null =>
  database.exec(sql)[0]?.values[0] ?? null

const closeQuietly = (database: SqlDatabase | null): void => {
  try {
    database?.close()
  } catch {
    forgetSqlite()
  }
}
