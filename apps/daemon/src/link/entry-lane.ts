import type { EntryReceipt } from '@watchbill/contract/audit'
import { expectedOf } from '@watchbill/contract/chain-refusal'
import type { Client } from '@watchbill/contract/client'
import { Fault } from '@watchbill/contract/fault'
import type { NumberedEntry } from '../ledger/chain.ts'
import type { Log } from '../log.ts'
import type { EntryLog } from '../spool/entries.ts'
import type { Run } from '../spool/entry-records.ts'
import type { AlarmBook } from './alarm-book.ts'
import { withLimit } from './call-limit.ts'
import type { Clock } from './clock.ts'
import { isAboutItem, type LinkBook } from './link-book.ts'
import { LogAlarm } from './log-alarm.ts'
import type { LogWatch } from './log-watch.ts'

const batchCount = 500
const batchBytes = 2 * 1024 * 1024
const heldMs = 30_000
/** Turns back without anything arriving in between, before that counts as a contradiction. */
const mostRewinds = 3

export interface EntryLaneOptions {
  readonly client: Client
  readonly entries: EntryLog
  readonly watch: LogWatch
  readonly alarms: AlarmBook
  readonly book: LinkBook
  readonly clock: Clock
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
      await entries.acknowledge(this.#arrived(batch, receipts))
      this.#wentWell()
    } catch (error) {
      if (!(await this.#turnedBack(error, first, signal))) throw error
    }
    return true
  }

  /** The receipts of the batch from its beginning, as far as there are any. Throws Contradiction. */
  #arrived(batch: readonly NumberedEntry[], receipts: readonly EntryReceipt[]): Run[] {
    const { entries, clock } = this.#options
    const mine = receipts.filter((receipt) => receipt.producer === entries.producer)
    const found = new Map(mine.map((receipt) => [receipt.pseq, receipt]))
    const other = batch.find(({ pseq }) => found.get(pseq)?.status === 'equivocation')
    if (other !== undefined)
      throw new Contradiction(`the control plane holds another entry ${other.pseq} of this machine`)
    const places = batch.map(({ pseq }) => found.get(pseq)?.seq ?? null)
    const missing = places.indexOf(null)
    if (missing === 0) throw new Fault('internal', 'the control plane gave no receipts')
    const arrived = missing === -1 ? places : places.slice(0, missing)
    return runsOf(batch[0]?.pseq ?? 0, arrived, clock.wall())
  }

  /** The control plane named another number to go on with, and it is here. Throws Contradiction where it is not. */
  async #turnedBack(error: unknown, first: NumberedEntry, signal: AbortSignal): Promise<boolean> {
    if (!(error instanceof Fault) || error.code !== 'conflict') return false
    const { entries, log } = this.#options
    const expected = expectedOf(error).get(entries.producer)
    if (expected === undefined) return false
    const told = `the control plane expects entry ${expected}`
    this.#rewinds += 1
    if (expected === first.pseq) throw new Contradiction(`${told} with another one before it`)
    if (expected < first.pseq) await this.#sayDropped(expected, first.pseq)
    if (this.#rewinds <= mostRewinds && (await entries.rewind(expected))) {
      log({ event: 'entries.resynchronised', from: first.pseq, to: expected })
      return true
    }
    if (expected < first.pseq && (await this.#begunAnew(signal))) return true
    throw new Contradiction(`${told}, which is not held here`)
  }

  async #sayDropped(from: number, to: number): Promise<void> {
    const what = `the control plane acknowledged entries ${from} to ${to - 1} of this machine and has lost them`
    await this.#options.alarms.raise(new LogAlarm('dropped', what))
  }

  /** A log that was restored in the open, under the known key, cannot take up the old chain: a new one begins. */
  async #begunAnew(signal: AbortSignal): Promise<boolean> {
    const { entries, watch, log } = this.#options
    await watch.look(signal).catch(async (error: unknown) => {
      if (!(error instanceof LogAlarm)) throw error
      await this.#options.alarms.raise(error)
    })
    if (!watch.restoredSinceProof) return false
    const before = entries.producer
    const carried = await entries.beginAnew()
    await watch.settle()
    log({ event: 'entries.begun-anew', before, producer: entries.producer, carried })
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

/** Places of entries from `pseq` on, as runs without a gap. */
const runsOf = (pseq: number, places: readonly (number | null)[], atMs: number): Run[] => {
  const runs: Run[] = []
  for (const [index, seq] of places.entries()) {
    if (seq === null) break
    const last = runs.at(-1)
    if (last !== undefined && last.seq + last.count === seq)
      runs.splice(-1, 1, { ...last, count: last.count + 1 })
    else runs.push({ pseq: pseq + index, seq, count: 1, atMs })
  }
  return runs
}
