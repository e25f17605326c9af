import type { Batch, Committed } from './backend.ts'
import type { Connection } from './connection.ts'
import { type Append, appendStatements, planAppend } from './log-append.ts'
import { beginStatement, headStatement, type LogHead, moveStatement, readHeadResult } from './log-head.ts'
import type { Recorded } from './write.ts'

/** The heads of the logs that one transaction writes to: each read once, moved in memory, written once before COMMIT. */
export interface LogGroup {
  append(append: Append): Recorded
  /** Remembers the heads as they are; the call given back puts them there again, for a savepoint that is undone. */
  mark(): () => void
  /** Writes the heads. Throws HeadMoved when one is not where it was read: nothing may be committed then. */
  flush(): void
}

/** Somebody else moved the head between reading and writing it; nothing was committed. */
class HeadMoved extends Error {
  override readonly name = 'HeadMoved'
}

/** For a connection inside BEGIN IMMEDIATE, which keeps every other process from the heads until COMMIT. */
export const createLogGroup = (connection: Connection): LogGroup => {
  let heads = new Map<string, { readonly read: LogHead; readonly now: LogHead }>()

  const read = ({ workspace, newProducer }: Append): LogHead => {
    const head = readHeadResult(connection.run(headStatement(workspace)))
    if (head) return head
    connection.run(beginStatement(workspace, newProducer))
    const begun = readHeadResult(connection.run(headStatement(workspace)))
    if (!begun) throw new HeadMoved(`the log of ${workspace} cannot begin`)
    return begun
  }

  return {
    append(append) {
      const known = heads.get(append.workspace)
      const start = known ?? { read: read(append), now: null }
      const plan = planAppend(start.now ?? start.read, append)
      for (const statement of appendStatements(plan)) connection.run(statement)
      heads.set(append.workspace, { read: start.read, now: plan.after })
      return plan.recorded
    },
    mark() {
      const before = new Map(heads)
      return () => {
        heads = before
      }
    },
    flush() {
      for (const { read, now } of heads.values()) {
        const { rowsAffected } = connection.run(moveStatement(read, now))
        if (rowsAffected !== 1) throw new HeadMoved(`the log of ${read.workspace} moved`)
      }
    },
  }
}

/** A batch as one call of a group: rows first, since they may make the workspace. */
export const runBatch = (
  connection: Connection,
  log: LogGroup,
  { statements, append }: Batch,
): Committed => ({
  counts: statements.map((statement) => connection.run(statement).rowsAffected),
  recorded: append && log.append(append),
})
