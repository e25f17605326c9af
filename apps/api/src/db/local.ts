import type { Client, InArgs, InStatement, ResultSet } from '@libsql/client/http'
import { type Backend, TransactionRefused } from './backend.ts'
import { readStatement, type Statement } from './bind.ts'
import type { Connection } from './connection.ts'
import { readFailure } from './failure.ts'
import { type LocalFile, openLocalFile, parseFileUrl } from './local-file.ts'
import { runBatch } from './log-group.ts'
import { retryBusy, withDeadline } from './patience.ts'
import { createWriteQueue, type WriteQueue } from './write-queue.ts'

/** A local libSQL file through the synchronous binding: one writer, a reader that cannot write, group commit. */
export const openLocal = (url: string): Backend => {
  const file = openLocalFile(parseFileUrl(url))
  const queue = createWriteQueue(file.writer)
  const client = createLocalClient(file, queue)
  return {
    client,
    commit: (batch) => mapFailure(queue.atomic((writer, log) => runBatch(writer, log, batch))),
    ping: () => withDeadline(mapFailure(retryBusy(() => roundTrip(file))), 1000, 'The database'),
    async close() {
      // What was asked for before is still written; with the database away those calls have failed already.
      await queue.alone(() => {}).catch(() => {})
      client.close()
    },
  }
}

const roundTrip = async (file: LocalFile): Promise<void> => {
  file.requireDatabase()
  file.reader().run({ sql: 'SELECT count(*) FROM sqlite_schema', args: [] })
}

const createLocalClient = (file: LocalFile, queue: WriteQueue): Client => {
  let closed = false
  const breathe = createBreath()
  const read = async <T>(work: (reader: Connection) => T): Promise<T> => {
    await breathe()
    return retryBusy(() => work(file.reader()))
  }
  const refuse = async () => {
    throw new TransactionRefused()
  }
  return {
    protocol: 'file',
    get closed() {
      return closed
    },
    async execute(stmt: InStatement, args?: InArgs) {
      const statement = readStatement(stmt, args)
      const run = (connection: Connection) => connection.run(statement)
      return mapFailure(isRead(statement.sql) ? read(run) : queue.alone(run))
    },
    async batch(stmts, mode) {
      const statements = stmts.map((stmt) => readStatement(stmt))
      if (mode === 'read') return mapFailure(read((reader) => runTransaction(reader, 'BEGIN', statements)))
      return mapFailure(queue.atomic((writer) => statements.map((statement) => writer.run(statement))))
    },
    async migrate(stmts) {
      const statements = stmts.map((stmt) => readStatement(stmt))
      return mapFailure(queue.alone((writer) => runWithoutForeignKeys(writer, statements)))
    },
    executeMultiple: (sql) => mapFailure(queue.alone((writer) => writer.exec(sql))),
    transaction: refuse,
    sync: refuse,
    reconnect() {},
    close() {
      if (!closed) file.close()
      closed = true
    },
  }
}

/** Lets timers and sockets in after every 50 statements: awaits alone never leave the microtask queue. */
const createBreath = () => {
  let count = 0
  return async () => {
    count += 1
    if (count % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
}

const isRead = (sql: string): boolean => /^\s*(select|with|values|explain)\b/i.test(sql)

const runTransaction = (
  connection: Connection,
  begin: string,
  statements: readonly Statement[],
): ResultSet[] => {
  connection.exec(begin)
  try {
    const results = statements.map((statement) => connection.run(statement))
    connection.exec('COMMIT')
    return results
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK')
    throw error
  }
}

/** SQLite ignores the pragma inside a transaction, hence around it; a rebuilt table keeps its children this way. */
const runWithoutForeignKeys = (writer: Connection, statements: readonly Statement[]): ResultSet[] => {
  writer.exec('PRAGMA foreign_keys = OFF')
  try {
    return runTransaction(writer, 'BEGIN IMMEDIATE', statements)
  } finally {
    writer.exec('PRAGMA foreign_keys = ON')
  }
}

const mapFailure = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    throw readFailure(error)
  }
}
