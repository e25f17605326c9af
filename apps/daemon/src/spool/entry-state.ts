import type { Place } from '../collect/cursor.ts'
import { type ChainHead, emptyChain, headAfter, isSeal } from '../ledger/chain.ts'
import type { EntryRecord, Read, Run, Stand, Watched } from './entry-records.ts'
import type { Facts } from './facts.ts'
import { Receipts } from './receipts.ts'

/** What the records of an entry log add up to. 0 <= proven <= sent <= head.next (see README.md for the four states). */
export class EntryState {
  head: ChainHead
  /** Everything before this number has a receipt. */
  sent = 0
  /** Everything before this number was proven, or is gone. */
  proven = 0
  /** Everything before this number was signed for, the seal itself included. */
  sealed = 0
  live: readonly Watched[] = []
  readonly receipts = new Receipts()
  readonly told = new Map<string, Place>()
  readonly #machine: string
  readonly #facts: Facts

  constructor(machine: string, producer: string, facts: Facts) {
    this.#machine = machine
    this.head = emptyChain(producer)
    this.#facts = facts
  }

  apply(record: EntryRecord): void {
    if ('begin' in record) this.#begin(record.begin)
    else if ('read' in record) this.read(record.read)
    else if ('stand' in record) this.standAt(record.stand)
    else if ('sent' in record) this.receive(record.sent)
    else if ('proven' in record) this.prove(record.proven)
  }

  #begin({ producer, next, leaf, told, live }: Extract<EntryRecord, { begin: unknown }>['begin']): void {
    this.head = { producer, next, leaf }
    this.live = live
    this.told.clear()
    for (const { file, place } of told) this.told.set(file, place)
  }

  read({ told, live, entries, facts }: Read): void {
    const last = entries.at(-1)
    if (last !== undefined) this.head = headAfter(this.head.producer, last)
    const seal = entries.findLast(isSeal)
    if (seal !== undefined) this.sealed = seal.pseq + 1
    for (const fact of facts) this.#facts.add(fact)
    if (told !== null) this.told.set(told.file, told.place)
    if (live !== undefined) this.live = live
  }

  standAt({ proven, sealed, sent }: Stand): void {
    this.proven = proven
    this.sent = proven
    this.sealed = sealed
    this.receipts.replace([])
    this.receive(sent)
  }

  /** Receipts that do not go on where the last one ended say nothing about the next entry. */
  receive(runs: readonly Run[]): void {
    for (const run of runs) {
      if (run.pseq !== this.sent) continue
      this.receipts.add(run)
      this.sent += run.count
    }
  }

  prove(next: number): void {
    this.proven = Math.max(this.proven, next)
    this.sent = Math.max(this.sent, this.proven)
    this.receipts.dropBefore(this.proven)
  }

  /** Everything from `next` on is to be sent, and proven, once more. */
  rewind(next: number): void {
    this.sent = Math.min(this.sent, next)
    this.proven = Math.min(this.proven, next)
    this.receipts.cutFrom(next)
  }

  toStand(): EntryRecord {
    const { proven, sealed, receipts } = this
    return { stand: { proven, sealed, sent: [...receipts.runs] } }
  }

  /** What a file begins with; the second record is of no use to older daemons, and passed over by them. */
  toBegin(): EntryRecord[] {
    return [this.#beginOf(this.head, this.proven), this.toStand()]
  }

  /** The same for a chain that begins now, told what this one was told. */
  toBeginOf(head: ChainHead): EntryRecord[] {
    return [this.#beginOf(head, 0), { stand: { proven: 0, sealed: 0, sent: [] } }]
  }

  #beginOf(head: ChainHead, proven: number): EntryRecord {
    const told = [...this.told].map(([file, place]) => ({ file, place }))
    return { begin: { machine: this.#machine, ...head, acked: proven, told, live: [...this.live] } }
  }
}
