import type { Client } from '@libsql/client/http'
import type { Statement } from './bind.ts'

/** What db/local.ts and db/remote.ts both give; nothing above db/ sees it. */
export interface Backend {
  /** For drizzle and the migration runner. Interactive transactions are refused (DESIGN §6). */
  readonly client: Client
  /**
   * All statements durably, or none; rows changed by each. Waits its turn while other writers hold the lock. When a remote
   * connection breaks before the answer, Fault('unavailable') leaves open which of the two it was.
   */
  commit(statements: readonly Statement[]): Promise<number[]>
  /** A real round trip; rejects within a second when the database is away. */
  ping(): Promise<void>
  close(): Promise<void>
}

export class TransactionRefused extends Error {
  override readonly name = 'TransactionRefused'
  constructor() {
    super('interactive transactions are not used here: write one batch (DESIGN §6)')
  }
}
