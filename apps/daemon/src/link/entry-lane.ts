import { type EntryReceipt, expectedOf } from '@watchbill/contract/audit'
import type { Client } from '@watchbill/contract/client'
import { Fault } from '@watchbill/contract/fault'
import type { NumberedEntry } from '../ledger/chain.ts'
import type { Log } from '../log.ts'
import type { EntryLog } from '../spool/entries.ts'
import { withLimit } from './call-limit.ts'
import { isAboutItem, type LinkBook } from './link-book.ts'

const batchCount = 500
const batchBytes = 2 * 1024 * 1024
const heldMs = 30_000
/** Turns back without anything arriving in between, before that counts as a contradiction. */
const mostRewinds = 3

export interface EntryLaneOptions {
  readonly client: Client
  readonly entries: EntryLog
  readonly book: LinkBook
  readonly log: Log
}

/** The control plane and this machine do not agree on the chain: nothing more is sent, and nothing is deleted. */
class Contradiction extends Error {
  override readonly name = 'Contradiction'
}

/** Entries towards the control plane, in order; acknowledged only by receipts for every one of them. */
export class EntryLane {
  /** Why entries do not go although the link stands; null while they do. */
  held: string | null = null
  readonly #options: EntryLaneOptions
  #failures = 0
  #rewinds = 0

  constructor(options: EntryLaneOptions) {
    this.#options = options
  }

  async step(signal: AbortSignal): Promise<boolean> {
    const { client, entries, book } = this.#options
    const batch = await entries.next(batchCount, batchBytes)
    const [first] = batch
    if (first === undefined) return false
    const body = { entries: batch.map(({ header, payload, salt }) => ({ header, payload, salt })) }
    try {
      const { receipts } = await client.postEntries({ body }, { signal: withLimit(signal) })
      book.delivered()
      await entries.acknowledge(first.pseq + this.#arrived(batch, receipts))
      this.#wentWell()
    } catch (error) {
      if (!this.#turnedBack(error, first)) throw error
    }
    return true
  }

  /** How many of the batch have a receipt, from its beginning. Throws Contradiction. */
  #arrived(batch: readonly NumberedEntry[], receipts: readonly EntryReceipt[]): number {
    const { producer } = this.#options.entries
    const mine = receipts.filter((receipt) => receipt.producer === producer)
    const statuses = new Map(mine.map(({ pseq, status }) => [pseq, status]))
    const other = batch.find(({ pseq }) => statuses.get(pseq) === 'equivocation')
    if (other !== undefined)
      throw new Contradiction(`the control plane holds another entry ${other.pseq} of this machine`)
    const missing = batch.findIndex(({ pseq }) => !statuses.has(pseq))
    if (missing === 0) throw new Fault('internal', 'the control plane gave no receipts')
    return missing === -1 ? batch.length : missing
  }

  /** The control plane named another number to go on with, and it is here. Throws Contradiction where it is not. */
  #turnedBack(error: unknown, first: NumberedEntry): boolean {
    if (!(error instanceof Fault) || error.code !== 'conflict') return false
    const { entries, log } = this.#options
    const expected = expectedOf(error).get(entries.producer)
    if (expected === undefined) return false
    const told = `the control plane expects entry ${expected}`
    this.#rewinds += 1
    if (expected === first.pseq) throw new Contradiction(`${told} with another one before it`)
    if (this.#rewinds > mostRewinds || !entries.rewind(expected))
      throw new Contradiction(`${told}, which is not held here`)
    log({ event: 'entries.resynchronised', from: first.pseq, to: expected })
    return true
  }

  #wentWell(): void {
    if (this.held !== null) this.#options.log({ event: 'entries.released' })
    this.held = null
    this.#failures = 0
    this.#rewinds = 0
  }

  /** How long to wait after this, ms. */
  failed(error: unknown): number {
    this.#failures += 1
    if (!(error instanceof Contradiction) && !isAboutItem(error))
      return this.#options.book.failed(error, this.#failures)
    const reason = error.message
    if (this.held !== reason) this.#options.log({ event: 'entries.held', reason })
    this.held = reason
    this.#rewinds = 0
    return heldMs
  }
}
