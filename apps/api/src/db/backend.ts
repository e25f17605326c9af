import type { Client } from '@libsql/client/http'
import type { Statement } from './bind.ts'
import type { Append } from './log-append.ts'
import type { Recorded } from './write.ts'

/** What db/local.ts and db/remote.ts both give; nothing above db/ sees it. */
export interface Backend {
  /** For drizzle and the migration runner. Interactive transactions are refused (DESIGN §6). */
  readonly client: Client
  /**
   * All of a batch durably, or none. Waits its turn while other writers hold the lock, and takes the log's next places
   * wherever it has come to. When a remote connection breaks before the answer, Fault('unavailable') leaves open which of
   * the two it was.
   */
  commit(batch: Batch): Promise<Committed>
  /** A real round trip; rejects within a second when the database is away. */
  ping(): Promise<void>
  close(): Promise<void>
}

export interface Batch {
  readonly statements: readonly Statement[]
  /** Written behind the statements, so that these may make the workspace. */
  readonly append: Append | null
}

export interface Committed {
  /** Rows changed by each of the statements. */
  readonly counts: readonly number[]
  /** Null without an append. */
  readonly recorded: Recorded | null
}

export class TransactionRefused extends Error {
  override readonly name = 'TransactionRefused'
  constructor() {
    super('interactive transactions are not used here: write one batch (DESIGN §6)')
  }
}
