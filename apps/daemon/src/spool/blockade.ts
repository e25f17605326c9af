import type { Log } from '../log.ts'
import { blockReason, SpoolBlocked } from './blocked.ts'
import type { EntryRecord } from './entry-records.ts'
import { formatRecord } from './journal.ts'
import type { Segments } from './segments.ts'

export interface BlockadeOptions {
  /** Gives up whatever may be given up for room on the disk. */
  readonly relieve: () => Promise<void>
  readonly log: Log
}

/** Whether entries can be written, and what it takes until they can again. */
export class Blockade {
  /** Why entries cannot be written just now; null while they can. */
  reason: string | null = null
  readonly #options: BlockadeOptions
  /** Called once it is over. */
  readonly #over: () => Promise<void>
  #wantedBytes = 0

  constructor(options: BlockadeOptions, over: () => Promise<void>) {
    this.#options = options
    this.#over = over
  }

  /** Telemetry makes room before an entry waits. Rejects with SpoolBlocked. */
  async append(segments: Segments, record: EntryRecord): Promise<void> {
    try {
      await segments.append(record).catch(async () => {
        await this.#options.relieve()
        await segments.append(record)
      })
    } catch (error) {
      const reason = blockReason(error)
      if (this.reason === null) this.#options.log({ event: 'entries.blocked', reason })
      this.reason = reason
      this.#wantedBytes = Buffer.byteLength(formatRecord(record))
      throw new SpoolBlocked(reason, { cause: error })
    }
    await this.#lift()
  }

  /** Finds out whether what could not be written would fit by now. */
  async probe(segments: Segments): Promise<void> {
    if (this.reason === null) return
    const fits = await segments.probe(this.#wantedBytes).then(
      () => true,
      () => false,
    )
    if (fits) await this.#lift()
  }

  async #lift(): Promise<void> {
    if (this.reason === null) return
    this.reason = null
    this.#options.log({ event: 'entries.unblocked' })
    await this.#over()
  }
}
