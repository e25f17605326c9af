import type { Client } from '@watchbill/contract/client'
import { Fault } from '@watchbill/contract/fault'
import { merkle } from '@watchbill/ledger'
import type { NumberedEntry } from '../ledger/chain.ts'
import type { EntryLog } from '../spool/entries.ts'
import type { AlarmBook } from './alarm-book.ts'
import { withLimit } from './call-limit.ts'
import type { Clock } from './clock.ts'
import { isAboutItem, type LinkBook } from './link-book.ts'
import { type AlarmKind, LogAlarm } from './log-alarm.ts'
import { hashesOf, type LogFacts, type SignedTree } from './log-check.ts'
import type { LogWatch, Sighting } from './log-watch.ts'

const rangeCount = 1000
/** Between two looks at the log, and before the first one after a receipt: a control plane seals within a second. */
const paceMs = 5000
const mostWaitMs = 60_000
const alarmWaitMs = 30_000
/** Receipts older than this without a checkpoint over them are an alarm. */
const unsealedMs = 300_000

export interface ProofLaneOptions {
  readonly client: Client
  readonly entries: EntryLog
  readonly watch: LogWatch
  readonly alarms: AlarmBook
  readonly book: LinkBook
  readonly clock: Clock
  /** Shortens every wait in tests; 1 unless said. */
  readonly haste?: number
}

/** Not wrong, only not yet. */
class Later extends Error {
  override readonly name = 'Later'
  readonly ms: number

  constructor(ms: number) {
    super('later')
    this.ms = ms
  }
}

/** Turns receipts into proofs: only what a checkpoint that holds provably contains may go (SECURITY "Producers"). */
export class ProofLane {
  readonly #options: ProofLaneOptions
  readonly #haste: number
  #failures = 0
  #waits = 0
  #alarmed = 0

  constructor(options: ProofLaneOptions) {
    this.#options = options
    this.#haste = options.haste ?? 1
  }

  async step(signal: AbortSignal): Promise<boolean> {
    const { entries, clock } = this.#options
    const { unproven, oldestSentMs } = entries.counts
    if (unproven === 0) return false
    const ageMs = clock.wall() - (oldestSentMs ?? 0)
    const freshMs = paceMs / this.#haste
    if (ageMs >= 0 && ageMs < freshMs && this.#alarmed === 0) throw new Later(freshMs - ageMs)
    try {
      await this.#round(signal)
    } catch (error) {
      const alarm = alarmOf(error)
      if (signal.aborted || alarm === null) throw error
      await this.#alarm(alarm)
      throw alarm
    }
    return true
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { entries, watch, alarms, clock } = this.#options
    const before = entries.counts.unproven
    const sentBefore = entries.counts.proven + before
    const seen = await watch.look(signal)
    this.#failures = 0
    if ('signed' in seen) await this.#prove(seen, sentBefore, signal)
    this.#alarmed = 0
    const { unproven, oldestSentMs } = entries.counts
    if (unproven < before) {
      this.#waits = 0
      alarms.clear('unsealed')
    }
    if (unproven === 0) alarms.clearAll()
    else if (Math.abs(clock.wall() - (oldestSentMs ?? 0)) >= unsealedMs / this.#haste)
      await alarms.raise(unsealed('log' in seen ? seen.log : seen))
    if (unproven === 0) return
    this.#waits += 1
    throw new Later(Math.min(mostWaitMs, paceMs * 2 ** Math.min(this.#waits - 1, 6)) / this.#haste)
  }

  /** Receipts for entries from `sentBefore` on may be younger than the answer looked at. */
  async #prove({ log, signed, restored }: Sighting, sentBefore: number, signal: AbortSignal): Promise<void> {
    const { entries, watch } = this.#options
    if (restored !== null) await this.#sendFrom(entries.firstBeyond(restored.from))
    const beyond = entries.firstBeyond(log.size)
    if (beyond !== null && beyond < sentBefore)
      throw new LogAlarm(
        'dropped',
        `the control plane acknowledged entry ${beyond} of this machine, and its log of ${log.size} entries does not reach that far`,
        { note: signed.tree.note, size: log.size },
      )
    for (;;) {
      const part = await entries.unproven(signed.tree.size, rangeCount)
      if (part === null) break
      const last = await this.#requireThere(part.entries, part.seq, signed, signal)
      await watch.settle()
      await entries.prove(last.pseq + 1)
      this.#options.alarms.clear('place')
    }
  }

  /** Throws LogAlarm unless exactly these entries stand in the log from `seq` on. */
  async #requireThere(
    part: readonly NumberedEntry[],
    seq: number,
    { tree, rootBytes }: SignedTree,
    signal: AbortSignal,
  ): Promise<NumberedEntry> {
    const [first, last] = [part[0], part.at(-1)]
    if (first === undefined || last === undefined)
      throw new LogAlarm('damaged', `the entry at place ${seq} of the log cannot be read back from this disk`)
    const query = { from: String(seq), to: String(seq + part.length), size: String(tree.size) }
    const { hashes } = await this.#options.client.getRangeProof({ query }, { signal: withLimit(signal) })
    const leaves = part.map(({ header }) => merkle.leafHash(new TextEncoder().encode(header)))
    if (merkle.checkRange(leaves, seq, tree.size, hashesOf(hashes), rootBytes)) return last
    throw new LogAlarm(
      'place',
      `the control plane acknowledged entries ${first.pseq} to ${last.pseq} of this machine, and its log does not hold them where it said`,
      { note: tree.note, query, hashes, headers: part.slice(0, 3).map(({ header }) => header) },
    )
  }

  /** Places that do not hold are asked for anew by sending again: at once, then ever more rarely. */
  async #alarm(alarm: LogAlarm): Promise<void> {
    const { entries, alarms } = this.#options
    await alarms.raise(alarm)
    this.#alarmed += 1
    const due = Number.isInteger(Math.log2(this.#alarmed))
    if (due && sendAgain.has(alarm.kind)) await entries.rewind(entries.counts.proven)
  }

  async #sendFrom(pseq: number | null): Promise<void> {
    if (pseq !== null) await this.#options.entries.rewind(pseq)
  }

  /** How long to wait after this, ms. */
  failed(error: unknown): number {
    if (error instanceof Later) return error.ms
    if (error instanceof LogAlarm) return alarmWaitMs / this.#haste
    this.#failures += 1
    return this.#options.book.failed(error, this.#failures)
  }
}

const sendAgain: ReadonlySet<AlarmKind> = new Set<AlarmKind>(['place', 'dropped'])

/** Null for what says nothing about the log: the link, or a control plane that is busy. */
const alarmOf = (error: unknown): LogAlarm | null => {
  if (error instanceof LogAlarm) return error
  if (!isAboutItem(error)) return null
  return error instanceof Fault && error.code === 'forbidden'
    ? new LogAlarm('refused', 'the credential of this machine may not read checkpoints and proofs')
    : new LogAlarm('unreadable', `the control plane does not show its log: ${error.message}`)
}

const unsealed = (log: LogFacts): LogAlarm => {
  const covered = log.checkpoint?.size ?? 0
  const why = log.sealFailure === null ? '' : ` (${log.sealFailure})`
  return new LogAlarm(
    'unsealed',
    `the control plane does not seal its log: ${covered} of ${log.size} entries are under a checkpoint${why}`,
  )
}
