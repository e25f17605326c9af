import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Place } from '../collect/cursor.ts'
import { errorCode, errorText } from '../error-code.ts'
import { type ChainHead, type Draft, extend, type NumberedEntry } from '../ledger/chain.ts'
import type { Log } from '../log.ts'
import { SpoolBlocked } from './blocked.ts'
import { EntryReader } from './entry-reader.ts'
import { EntryRecord, type Read, type Told, type Watched } from './entry-records.ts'
import { EntryState } from './entry-state.ts'
import { Facts } from './facts.ts'
import { formatRecord } from './journal.ts'
import { Reserve } from './reserve.ts'
import { Segments } from './segments.ts'

const segmentBytes = 1024 * 1024
/** A file this large is replaced by a fresh one once everything in it has arrived. */
const tidyBytes = 128 * 1024

export interface EntryLogOptions {
  readonly machineId: string
  /** Workspace the entries belong to. */
  readonly ws: string
  readonly now: () => number
  readonly log: Log
  /** Gives up whatever may be given up for room on the disk. */
  readonly relieve: () => Promise<void>
}

/** What one read of a file, or one look at the processes, tells. */
export interface Reading {
  readonly told: Told | null
  /** Sessions with a process, where that changed. */
  readonly live?: readonly Watched[]
  readonly drafts: readonly Draft[]
}

/**
 * Entries on their way to the control plane. Numbered and chained as they are written; on disk before they count;
 * none is ever dropped. A reading counts whole or not at all, so that after a crash every fact is told exactly once.
 */
export class EntryLog {
  readonly #options: EntryLogOptions
  readonly #facts: Facts
  readonly #state: EntryState
  readonly #segments: Segments
  readonly #reader: EntryReader
  readonly #reserve: Reserve
  #turn: Promise<unknown> = Promise.resolve()
  #wake: (() => void) | null = null
  /** Why entries cannot be written just now; null while they can. */
  blocked: string | null = null
  #wantedBytes = 0
  /** Facts that no entry can say: a fault of ours, never of the control plane. */
  unfit = 0
  damaged = 0

  private constructor(
    options: EntryLogOptions,
    folder: string,
    facts: Facts,
    state: EntryState,
    segments: Segments,
  ) {
    this.#options = options
    this.#facts = facts
    this.#state = state
    this.#segments = segments
    this.#reader = new EntryReader(segments)
    this.#reserve = new Reserve(join(folder, 'reserve'))
  }

  /**
   * Goes on with the chain in the folder, or begins one under a new random producer id. A chain of another enrolment, or
   * one whose beginning is damaged, is put away and kept. Throws when the folder cannot be used.
   */
  static async open(folder: string, options: EntryLogOptions): Promise<EntryLog> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const facts = await Facts.open(folder)
    const state = new EntryState(options.machineId, `prd_${randomUUID()}`, facts)
    const { segments, replay } = await Segments.open(folder, state.toBegin())
    const first = EntryRecord.safeParse(replay.records[0])
    if (!first.success || !('begin' in first.data) || first.data.begin.machine !== options.machineId) {
      options.log({ event: 'entries.put-away' })
      await segments.close()
      await putAway(folder)
      return EntryLog.open(folder, options)
    }
    const log = new EntryLog(options, folder, facts, state, segments)
    log.#replay(replay.records)
    log.damaged += replay.damaged
    await log.#reserve.keep()
    return log
  }

  #replay(records: readonly unknown[]): void {
    for (const record of records) {
      const parsed = EntryRecord.safeParse(record)
      if (parsed.success) this.#state.apply(parsed.data)
      else this.damaged += 1
    }
  }

  get counts() {
    const { blocked, unfit, damaged } = this
    const { head, acked } = this.#state
    return { pending: head.next - acked, next: head.next, blocked, unfit, damaged }
  }

  get producer(): string {
    return this.#state.head.producer
  }

  /** Up to where this file's events were told; null: as far as its own cursor says. */
  told(file: string): Place | null {
    return this.#state.told.get(file) ?? null
  }

  /** The file's cursor is stored as far as this: what is kept here about it may go. */
  settled(file: string, offset: number): void {
    const told = this.#state.told.get(file)
    if (told !== undefined && told.offset <= offset) this.#state.told.delete(file)
  }

  /** Sessions a live process was seen for, as written last. */
  get live(): readonly Watched[] {
    return this.#state.live
  }

  /** Resolves when the reading is on disk. Rejects with SpoolBlocked when it cannot be: nothing of it was taken then. */
  take(reading: Reading): Promise<void> {
    return this.#next(() => this.#take(reading))
  }

  async #take(reading: Reading): Promise<void> {
    const { head, read } = this.#number(reading)
    if (read.entries.length === 0 && reading.live === undefined) return
    if (this.#segments.sizeBytes >= segmentBytes) await this.#turnOver().catch(() => undefined)
    await this.#write({ read })
    this.#state.read(read)
    this.#state.head = head
    if (read.entries.length > 0) this.#wake?.()
  }

  /** Finds out whether what could not be written would fit by now. */
  async retry(): Promise<boolean> {
    if (this.blocked !== null)
      await this.#next(() => this.#segments.probe(this.#wantedBytes)).then(
        () => this.#unblock(),
        () => undefined,
      )
    return this.blocked === null
  }

  #number({ told, live, drafts }: Reading): { head: ChainHead; read: Read } {
    let { head } = this.#state
    const entries: NumberedEntry[] = []
    const facts = new Set<string>()
    for (const draft of drafts) {
      if (facts.has(draft.fact) || this.#facts.has(draft.fact)) continue
      try {
        const next = extend(head, draft, { ws: this.#options.ws, nowMs: this.#options.now() })
        head = next.head
        entries.push(next.entry)
        facts.add(draft.fact)
      } catch (error) {
        this.unfit += 1
        this.#options.log({ event: 'entry.unfit', type: draft.type, reason: errorText(error) })
      }
    }
    const read: Read = {
      told,
      entries,
      facts: [...facts],
      ...(live === undefined ? {} : { live: [...live] }),
    }
    return { head, read }
  }

  /** Telemetry makes room before an entry waits. */
  async #write(record: EntryRecord): Promise<void> {
    try {
      await this.#segments.append(record).catch(async () => {
        await this.#options.relieve()
        await this.#segments.append(record)
      })
    } catch (error) {
      const reason = reasonOf(error)
      if (this.blocked === null) this.#options.log({ event: 'entries.blocked', reason })
      this.blocked = reason
      this.#wantedBytes = Buffer.byteLength(formatRecord(record))
      throw new SpoolBlocked(reason, { cause: error })
    }
    await this.#unblock()
  }

  async #unblock(): Promise<void> {
    if (this.blocked === null) return
    this.blocked = null
    this.#options.log({ event: 'entries.unblocked' })
    await this.#reserve.keep()
  }

  /** Facts of the file that is left must be on disk first: only its records held them. */
  async #turnOver(): Promise<void> {
    const turn = async () => {
      await this.#facts.flush()
      await this.#segments.turn(this.#state.head.next, this.#state.toBegin())
    }
    try {
      await turn()
    } catch {
      await this.#reserve.spend()
      await turn()
    }
    await this.#segments.dropBefore(this.#state.acked)
    await this.#reserve.keep()
  }

  /** The oldest entries not acknowledged, in order: at most `count`, about `bytes`. */
  next(count: number, bytes: number): Promise<NumberedEntry[]> {
    const { acked, head } = this.#state
    return acked === head.next
      ? Promise.resolve([])
      : this.#next(() => this.#reader.read({ from: acked, until: head.next, count, bytes }))
  }

  /** The control plane has everything before `next`, durably. */
  acknowledge(next: number): Promise<void> {
    return this.#next(async () => {
      this.#state.acked = Math.max(this.#state.acked, Math.min(next, this.#state.head.next))
      const { acked, head } = this.#state
      const { sizeBytes } = this.#segments
      const spent =
        acked === head.next && (sizeBytes >= tidyBytes || (this.blocked !== null && sizeBytes > 4096))
      // Not written down, an acknowledgement only means that the same is sent again.
      if (spent) await this.#turnOver().catch(() => undefined)
      else await this.#segments.append({ acked }).catch(() => undefined)
      await this.#segments.dropBefore(acked)
    })
  }

  /** The control plane expects this number next: true when it stands here and will be sent again. */
  rewind(next: number): boolean {
    if (next > this.#state.head.next || next < this.#segments.first) return false
    this.#state.acked = next
    return true
  }

  /** Calls when something new can be sent. */
  onAdded(wake: () => void): void {
    this.#wake = wake
  }

  async close(): Promise<void> {
    await this.#next(() => this.#segments.close())
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}

/** `put-away-1`, …: entries of a chain that this machine does not write any more are evidence still. */
const putAway = async (folder: string): Promise<void> => {
  const names = await readdir(folder)
  const aside = join(folder, `put-away-${names.filter((name) => name.startsWith('put-away-')).length + 1}`)
  await mkdir(aside, { mode: 0o700 })
  for (const name of names) if (name.endsWith('.log')) await rename(join(folder, name), join(aside, name))
}

const reasonOf = (error: unknown): string => {
  const code = errorCode(error)
  return (
    (code === null ? undefined : reasons.get(code)) ?? `the spool cannot be written (${errorText(error)})`
  )
}

const reasons = new Map([
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EFBIG', 'a limit on the size of files is reached'],
  ['EROFS', 'the data folder is read-only'],
  ['EACCES', 'the data folder may not be written'],
  ['EIO', 'the disk does not work'],
])
