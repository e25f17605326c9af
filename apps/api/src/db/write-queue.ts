import type { Connection } from './connection.ts'
import { createLogGroup, type LogGroup } from './log-group.ts'
import { retryBusy } from './patience.ts'

/** The one writer of a local file: first come, first served, many calls to one fsync. */
export interface WriteQueue {
  /** All or nothing, in its own SAVEPOINT of a group commit; resolves only after the COMMIT. */
  atomic<T>(work: (connection: Connection, log: LogGroup) => T): Promise<T>
  /** By itself and outside a transaction: PRAGMA, VACUUM, scripts, migrations. */
  alone<T>(work: (connection: Connection) => T): Promise<T>
}

interface Job {
  readonly alone: boolean
  run(connection: Connection, log: LogGroup): void
  succeed(): void
  fail(error: unknown): void
}

const groupCalls = 1000
/** A group is closed after this long, so that reads and sockets get their turn. */
const groupMs = 40

/**
 * `connect` gives the writer, or throws while the database is away. Group commit rests on libsql being synchronous:
 * what arrives during one commit waits in the sockets, and `setImmediate` runs after that turn's callbacks.
 */
export const createWriteQueue = (connect: () => Connection): WriteQueue => {
  const waiting: Job[] = []
  let draining = false

  const drain = async () => {
    while (waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      await runNext(connect, waiting)
    }
    draining = false
  }

  const enqueue = <T>(alone: boolean, work: (connection: Connection, log: LogGroup) => T): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      let succeed = () => {}
      const run = (connection: Connection, log: LogGroup) => {
        const result = work(connection, log)
        succeed = () => resolve(result)
      }
      waiting.push({ alone, run, succeed: () => succeed(), fail: reject })
      if (draining) return
      draining = true
      void drain()
    })

  return {
    atomic: (work) => enqueue(false, work),
    alone: (work) => enqueue(true, work),
  }
}

const runNext = async (connect: () => Connection, waiting: Job[]): Promise<void> => {
  if (waiting[0]?.alone) return runAlone(connect, waiting.splice(0, 1))
  const end = waiting.findIndex((job) => job.alone)
  const group = waiting.splice(0, Math.min(end === -1 ? waiting.length : end, groupCalls))
  const left = await runGroup(connect, group)
  waiting.unshift(...left)
}

const runAlone = async (connect: () => Connection, jobs: readonly Job[]): Promise<void> => {
  for (const job of jobs) {
    try {
      await retryBusy(() => runOutside(connect(), job))
      job.succeed()
    } catch (error) {
      job.fail(error)
    }
  }
}

/** A BEGIN left open would swallow every later group. */
const runOutside = (connection: Connection, job: Job): void => {
  try {
    job.run(connection, createLogGroup(connection))
  } finally {
    if (connection.inTransaction) connection.run(rollback)
  }
}

/** Commits as much of the group as fits its time and returns the rest. Never rejects. */
const runGroup = async (connect: () => Connection, group: readonly Job[]): Promise<readonly Job[]> => {
  try {
    const outcomes = await retryBusy(() => commitGroup(connect(), group))
    for (const { job, error } of outcomes) error === null ? job.succeed() : job.fail(error.value)
    return group.slice(outcomes.length)
  } catch (error) {
    // Nothing was committed. One call may have taken the whole transaction with it: give each its own.
    if (group.length > 1) for (const job of group) await runGroup(connect, [job])
    else for (const job of group) job.fail(error)
    return []
  }
}

interface Outcome {
  readonly job: Job
  readonly error: { readonly value: unknown } | null
}

const commitGroup = (connection: Connection, group: readonly Job[]): Outcome[] => {
  const outcomes: Outcome[] = []
  const log = createLogGroup(connection)
  connection.run(begin)
  try {
    const closeAt = performance.now() + groupMs
    for (const job of group) {
      outcomes.push({ job, error: runInSavepoint(connection, log, job) })
      if (performance.now() > closeAt) break
    }
    log.flush()
    connection.run(commit)
    return outcomes
  } catch (error) {
    if (connection.inTransaction) connection.run(rollback)
    throw error
  }
}

const runInSavepoint = (connection: Connection, log: LogGroup, job: Job): { value: unknown } | null => {
  const restoreHeads = log.mark()
  connection.run(savepoint)
  try {
    job.run(connection, log)
    connection.run(release)
    return null
  } catch (value) {
    // SQLITE_FULL, IOERR and their like end the transaction of everybody.
    if (!connection.inTransaction) throw value
    restoreHeads()
    connection.run(undo)
    connection.run(release)
    return { value }
  }
}

const begin = { sql: 'BEGIN IMMEDIATE', args: [] }
const commit = { sql: 'COMMIT', args: [] }
const rollback = { sql: 'ROLLBACK', args: [] }
const savepoint = { sql: 'SAVEPOINT call', args: [] }
const release = { sql: 'RELEASE call', args: [] }
const undo = { sql: 'ROLLBACK TO call', args: [] }
