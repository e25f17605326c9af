import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Place } from '../collect/cursor.ts'
import type { Draft, NumberedEntry } from '../ledger/chain.ts'
import type { SealCause } from '../ledger/machine-key.ts'
import { Blockade, type BlockadeOptions } from './blockade.ts'
import { SpoolBlocked } from './blocked.ts'
import { carriedOver } from './carried-over.ts'
import { changeChain, finishChange, putAway } from './chain-change.ts'
import { type ChainFiles, openChain } from './chain-files.ts'
import { EntryReader, type Unproven } from './entry-reader.ts'
import type { Read, Run, Told, Watched } from './entry-records.ts'
import { Facts } from './facts.ts'
import { type Numbered, Numbering, type NumberingOptions } from './numbering.ts'
import { Reserve } from './reserve.ts'

/** Enough to begin a new segment, after which the old ones can go. */
const reserveBytes = 64 * 1024
const segmentBytes = 1024 * 1024
/** A file this large is replaced by a fresh one once everything in it is proven. */
const tidyBytes = 128 * 1024
/** And one this old, ms: what was erased elsewhere must not linger here. */
const lingerMs = 60_000

export interface EntryLogOptions extends NumberingOptions, BlockadeOptions {
  readonly machineId: string
}

/** What one read of a file, or one look at the processes, tells. */
export interface Reading {
  readonly told: Told | null
  /** Sessions with a process, where that changed. */
  readonly live?: readonly Watched[]
  readonly drafts: readonly Draft[]
}

/**
 * Entries on their way to the control plane. Numbered and chained as they are written; on disk before they count; none
 * goes before it is proven to be in the log. A reading counts whole or not at all, so that after a crash every fact is
 * told exactly once.
 */
export class EntryLog {
  readonly #options: EntryLogOptions
  readonly #folder: string
  readonly #facts: Facts
  readonly #numbering: Numbering
  readonly #reserve: Reserve
  readonly #blockade: Blockade
  #chain: ChainFiles
  #turn: Promise<unknown> = Promise.resolve()
  #wake: (() => void) | null = null
  #wakeProver: (() => void) | null = null
  #turnedMs = Number.NEGATIVE_INFINITY
  damaged = 0

  private constructor(options: EntryLogOptions, folder: string, facts: Facts, chain: ChainFiles) {
    this.#options = options
    this.#folder = folder
    this.#facts = facts
    this.#numbering = new Numbering(options, (fact) => facts.has(fact))
    this.#reserve = new Reserve(join(folder, 'reserve'), reserveBytes)
    this.#blockade = new Blockade(options, () => this.#reserve.keep())
    this.#chain = chain
    this.damaged = chain.damaged
  }

  /**
   * Goes on with the chain in the folder, or begins one under a new random producer id. A chain of another enrolment, or
   * one whose beginning is damaged, is put away and kept. Throws when the folder cannot be used.
   */
  static async open(folder: string, options: EntryLogOptions): Promise<EntryLog> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await finishChange(folder)
    const facts = await Facts.open(folder)
    let chain = await openChain(folder, options.machineId, facts)
    if (chain === null) {
      options.log({ event: 'entries.put-away' })
      await putAway(folder)
      chain = await openChain(folder, options.machineId, facts)
    }
    if (chain === null) throw new Error(`the spool in ${folder} changes under the daemon`)
    const log = new EntryLog(options, folder, facts, chain)
    await log.#reserve.keep()
    return log
  }

  /** Why entries cannot be written just now; null while they can. */
  get blocked(): string | null {
    return this.#blockade.reason
  }

  get counts() {
    const { blocked, damaged } = this
    const { head, sent, proven, sealed, receipts } = this.#chain.state
    return {
      pending: head.next - sent,
      unproven: sent - proven,
      proven,
      unsealed: Math.max(0, head.next - sealed),
      /** When the oldest receipt arrived whose entry is not proven, ms; null while there is none. */
      oldestSentMs: receipts.runs[0]?.atMs ?? null,
      next: head.next,
      blocked,
      unfit: this.#numbering.unfit,
      damaged,
    }
  }

  get producer(): string {
    return this.#chain.state.head.producer
  }

  /** Up to where this file's events were told; null: as far as its own cursor says. */
  told(file: string): Place | null {
    return this.#chain.state.told.get(file) ?? null
  }

  /** The file's cursor is stored as far as this: what is kept here about it may go. */
  settled(file: string, offset: number): void {
    const { told } = this.#chain.state
    const place = told.get(file)
    if (place !== undefined && place.offset <= offset) told.delete(file)
  }

  /** Sessions a live process was seen for, as written last. */
  get live(): readonly Watched[] {
    return this.#chain.state.live
  }

  /** Resolves when the reading is on disk. Rejects with SpoolBlocked when it cannot be: nothing of it was taken then. */
  take(reading: Reading): Promise<void> {
    return this.#next(async () => {
      const { told, live, drafts } = reading
      const { head, sealed } = this.#chain.state
      const numbered = this.#numbering.number(head, sealed, drafts)
      if (numbered.entries.length > 0 || live !== undefined) await this.#write(numbered, told, live)
    })
  }

  /** Signs for everything up to here, where that is news. Rejects with SpoolBlocked. */
  seal(cause: SealCause): Promise<void> {
    return this.#next(async () => {
      const { head, sealed } = this.#chain.state
      const numbered = this.#numbering.seal(head, sealed, cause)
      if (numbered.entries.length > 0) await this.#write(numbered, null)
    })
  }

  async #write(numbered: Numbered, told: Told | null, live?: readonly Watched[]): Promise<void> {
    const { entries, facts } = numbered
    const lives = live === undefined ? {} : { live: [...live] }
    const read: Read = { told, entries: [...entries], facts: [...facts], ...lives }
    if (this.#chain.segments.sizeBytes >= segmentBytes) await this.#turnOver().catch(() => undefined)
    await this.#blockade.append(this.#chain.segments, { read })
    this.#chain.state.read(read)
    if (entries.length > 0) this.#wake?.()
  }

  /** Finds out whether what could not be written would fit by now. */
  async retry(): Promise<boolean> {
    await this.#next(() => this.#blockade.probe(this.#chain.segments))
    return this.blocked === null
  }

  /** Facts of the file that is left must be on disk first: only its records held them. */
  async #turnOver(): Promise<void> {
    const { state, segments } = this.#chain
    const turn = async () => {
      await this.#facts.flush()
      await segments.turn(state.head.next, state.toBegin())
    }
    try {
      await turn()
    } catch {
      await this.#reserve.spend()
      await turn()
    }
    this.#turnedMs = this.#options.now()
    await segments.dropBefore(state.proven)
    await this.#reserve.keep()
  }

  /** The oldest entries without a receipt, in order: at most `count`, about `bytes`. */
  next(count: number, bytes: number): Promise<NumberedEntry[]> {
    const { sent, head } = this.#chain.state
    return sent === head.next
      ? Promise.resolve([])
      : this.#next(() => this.#chain.sending.read({ from: sent, until: head.next, count, bytes }))
  }

  /** Receipts: the control plane has these durably, it says. They stay here until that is proven. */
  acknowledge(runs: readonly Run[]): Promise<void> {
    return this.#next(async () => {
      const { state, segments } = this.#chain
      const mine = runs.filter((run) => run.pseq + run.count <= state.head.next)
      state.receive(mine)
      // Not written down, a receipt only means that the same is sent again.
      await segments.append({ sent: mine }).catch(() => undefined)
      this.#wakeProver?.()
    })
  }

  /** Number of the first entry whose receipt names a place that a log of `size` does not have; null when none does. */
  firstBeyond(size: number): number | null {
    return this.#chain.state.receipts.firstBeyond(size)
  }

  /** The oldest entries with receipts that a log of `size` can prove; null while there are none. */
  unproven(size: number, count: number): Promise<Unproven | null> {
    return this.#next(async () => {
      const { state, proving } = this.#chain
      const [run] = state.receipts.runs
      const most = Math.min(count, run?.count ?? 0, size - (run?.seq ?? size))
      if (run === undefined || most <= 0) return null
      const until = run.pseq + most
      const entries = await proving.read({ from: run.pseq, until, count: most, bytes: segmentBytes })
      return { entries, seq: run.seq }
    })
  }

  /** Everything before `next` is in the log, provably: it may go. */
  prove(next: number): Promise<void> {
    return this.#next(async () => {
      const { state, segments } = this.#chain
      state.prove(Math.min(next, state.head.next))
      const large = segments.sizeBytes >= tidyBytes || (this.blocked !== null && segments.sizeBytes > 4096)
      const spent = state.proven === state.head.next && (large || this.#lingers())
      // Not written down, a proof only means that the same is proven again.
      if (spent) await this.#turnOver().catch(() => undefined)
      else await segments.append({ proven: state.proven }).catch(() => undefined)
      await segments.dropBefore(state.proven)
    })
  }

  /** Begins a new file beside an old one, so that the old one can go as soon as it is proven. */
  tidy(): Promise<void> {
    return this.#next(async () => {
      const { state } = this.#chain
      if (state.sent === state.head.next && this.#lingers()) await this.#turnOver().catch(() => undefined)
    })
  }

  /** Whether the file that grows holds entries, and did not begin just now. */
  #lingers(): boolean {
    const { state, segments } = this.#chain
    const ageMs = Math.abs(this.#options.now() - this.#turnedMs)
    return state.head.next > segments.newest && ageMs >= lingerMs
  }

  /** The control plane expects this number next: true when it stands here and will be sent, and proven, again. */
  rewind(next: number): Promise<boolean> {
    return this.#next(async () => {
      const { state, segments } = this.#chain
      if (next > state.head.next || next < segments.first) return false
      state.rewind(next)
      await segments.append(state.toStand()).catch(() => undefined)
      this.#wake?.()
      return true
    })
  }

  /**
   * Goes on as a new producer, for a control plane whose log was restored to before what is still here. Everything held
   * is numbered anew and sent; the old chain is put away and kept. Resolves with how many entries that are.
   */
  beginAnew(): Promise<number> {
    return this.#next(async () => {
      const { state, segments } = this.#chain
      await this.#facts.flush()
      const reader = new EntryReader(segments)
      const records = carriedOver(state, segments.first, reader, this.#numbering)
      await changeChain(this.#folder, records)
      await segments.close()
      const chain = await openChain(this.#folder, this.#options.machineId, this.#facts)
      if (chain === null) throw new SpoolBlocked('the new chain cannot be read back')
      this.#chain = chain
      this.#wake?.()
      return chain.state.head.next
    })
  }

  /** Calls when something new can be sent, and when something new can be proven. */
  onNews(wake: () => void, wakeProver: () => void): void {
    this.#wake = wake
    this.#wakeProver = wakeProver
  }

  async close(): Promise<void> {
    await this.#next(() => this.#chain.segments.close())
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}
