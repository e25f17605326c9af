import { type Client, createClient, type InArgs, type InStatement, type ResultSet } from '@libsql/client/http'
import { type Backend, TransactionRefused } from './backend.ts'
import { readStatement } from './bind.ts'
import { readFailure } from './failure.ts'
import { retryBusy, withDeadline } from './patience.ts'
import { createRemoteCommit } from './remote-commit.ts'
import { createResult } from './result.ts'

export interface RemoteOptions {
  readonly url: string
  readonly authToken?: string | undefined
  /**
   * Whether appends of this process wait for each other. At the edge they may not: a request must not wait for another
   * one's query, and the guard on the head alone keeps order.
   */
  readonly turns?: boolean
}

/** Longest wait for one answer, ms. Turso ends a transaction after 5 s; beyond twice that nobody is there. */
const answerMs = 10_000

/** A remote libSQL server over HTTP (Hrana 2). No native code and no node:*, so this is what edge runtimes load. */
export const openRemote = ({ url, authToken, turns = false }: RemoteOptions): Backend => {
  const inner = createClient({
    url,
    intMode: 'bigint',
    fetch: (request: Request) => fetch(request, { signal: AbortSignal.timeout(answerMs) }),
    ...(authToken === undefined ? {} : { authToken }),
  })
  const client = wrapClient(inner)
  return {
    client,
    commit: createRemoteCommit(client, { turns }),
    async ping() {
      await withDeadline(client.execute('SELECT count(*) FROM sqlite_schema'), 1000, 'The database')
    },
    close: async () => client.close(),
  }
}

/** The same binding, integers and failures as the local client, so that one store suite holds on both. */
const wrapClient = (inner: Client): Client => {
  const refuse = async () => {
    throw new TransactionRefused()
  }
  return {
    protocol: 'http',
    get closed() {
      return inner.closed
    },
    execute: (stmt: InStatement, args?: InArgs) =>
      mapFailure(async () => readResult(await inner.execute(readStatement(stmt, args)))),
    batch: (stmts, mode = 'write') =>
      mapFailure(async () => {
        const statements = stmts.map((stmt) => readStatement(stmt))
        return (await retryBusy(() => inner.batch(statements, serverMode(mode)))).map(readResult)
      }),
    migrate: (stmts) =>
      mapFailure(async () => {
        const statements = stmts.map((stmt) => readStatement(stmt))
        return (await retryBusy(() => inner.migrate(statements))).map(readResult)
      }),
    executeMultiple: (sql) => mapFailure(() => inner.executeMultiple(sql)),
    transaction: refuse,
    sync: refuse,
    reconnect: () => inner.reconnect(),
    close: () => inner.close(),
  }
}

/** Deferred takes the write lock too late: read-then-write then ends in SQLITE_BUSY_SNAPSHOT at once (trap 9). */
const serverMode = (mode: 'write' | 'read' | 'deferred') => (mode === 'read' ? 'read' : 'write')

const readResult = (result: ResultSet): ResultSet =>
  createResult(
    result.columns,
    result.columnTypes,
    result.rows.map((row) => Array.from(row)),
    result.rowsAffected,
    result.lastInsertRowid,
  )

const mapFailure = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw readFailure(error)
  }
}
