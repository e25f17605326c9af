import type { Place } from '../collect/cursor.ts'
import { type ChainHead, emptyChain, headAfter } from '../ledger/chain.ts'
import type { EntryRecord, Read, Watched } from './entry-records.ts'
import type { Facts } from './facts.ts'

/** What the records of an entry log add up to. */
export class EntryState {
  head: ChainHead
  /** Everything before this number was acknowledged. */
  acked = 0
  live: readonly Watched[] = []
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
    else this.acked = Math.max(this.acked, record.acked)
  }

  #begin({
    producer,
    next,
    leaf,
    acked,
    told,
    live,
  }: Extract<EntryRecord, { begin: unknown }>['begin']): void {
    this.head = { producer, next, leaf }
    this.acked = acked
    this.live = live
    this.told.clear()
    for (const { file, place } of told) this.told.set(file, place)
  }

  read({ told, live, entries, facts }: Read): void {
    const last = entries.at(-1)
    if (last !== undefined) this.head = headAfter(this.head.producer, last)
    for (const fact of facts) this.#facts.add(fact)
    if (told !== null) this.told.set(told.file, told.place)
    if (live !== undefined) this.live = live
  }

  toBegin(): EntryRecord {
    const told = [...this.told].map(([file, place]) => ({ file, place }))
    return { begin: { machine: this.#machine, ...this.head, acked: this.acked, told, live: [...this.live] } }
  }
}
