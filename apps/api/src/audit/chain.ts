import type { EntryReceipt } from '@watchbill/contract/audit'
import { expectedDetail } from '@watchbill/contract/chain-refusal'
import { Fault } from '@watchbill/contract/fault'
import { GuardFailed } from '../db/write.ts'
import type { ReadEntry } from './read-entries.ts'

/** The end of a producer's chain. */
export interface Head {
  readonly next: number
  /** Leaf hash of the entry before, base64url; 32 zero bytes at the start. */
  readonly last: string
}

/** A producer as the database knows it. */
export interface KnownHead extends Head {
  readonly owner: string
  /** `producers.no` */
  readonly no: number
}

/** An entry that stands in the log. */
export interface Held {
  readonly leaf: string
  readonly seq: number
}

/** What the database holds of everything a batch names. */
export interface Stored {
  readonly heads: ReadonlyMap<string, KnownHead>
  /** By `placeOf`; those of the batch that are below their producer's head. */
  readonly held: ReadonlyMap<string, Held>
  /** Leaves on branches that contradict a chain, by `branchOf`. */
  readonly forks: ReadonlySet<string>
}

/** A receipt whose place in the log may depend on where the batch comes to stand. */
export interface PlannedReceipt extends Omit<EntryReceipt, 'seq'> {
  /** Place in the log; null for one that is not in it yet, or never will be. */
  readonly seq: number | null
  /** Index in `fresh`; null for an entry that is not new. */
  readonly fresh: number | null
}

/** What a batch comes to, before anything is written. */
export interface Plan {
  readonly receipts: readonly PlannedReceipt[]
  readonly fresh: readonly ReadEntry[]
  /** Contradictions not on record yet. */
  readonly forks: readonly ReadEntry[]
  /** Heads of all producers the batch names, after it. */
  readonly heads: ReadonlyMap<string, Head>
}

export const placeOf = (producer: string, pseq: number): string => `${producer} ${pseq}`
export const branchOf = (producer: string, leaf: string): string => `${producer} ${leaf}`
const emptyHead: Head = { next: 0, last: 'A'.repeat(43) }

/**
 * Takes the entries one by one, as if each had been sent alone, so that receipts tell the truth however a batch is cut.
 * Throws Fault `conflict` for a gap or a broken chain; GuardFailed when `stored` was read across a write.
 */
export const planChain = (batch: readonly ReadEntry[], stored: Stored): Plan => {
  const walk: Walk = {
    heads: new Map(stored.heads),
    held: stored.held,
    added: new Map(),
    branches: new Set(stored.forks),
    fresh: [],
    forks: [],
  }
  const receipts = batch.map((entry) => take(walk, entry))
  const named = batch.map(({ header }) => header.producer)
  const heads = new Map(named.map((producer) => [producer, headOf(walk, producer)]))
  return { receipts, fresh: walk.fresh, forks: walk.forks, heads }
}

/** The receipts of a batch whose first new entry took place `firstSeq`. */
export const settleReceipts = ({ receipts }: Plan, firstSeq: number): EntryReceipt[] =>
  receipts.map(({ fresh, seq, ...receipt }) => ({
    ...receipt,
    seq: fresh === null ? seq : firstSeq + fresh,
  }))

interface Walk {
  readonly heads: Map<string, Head>
  readonly held: Stored['held']
  /** New entries of this batch by `placeOf`: leaf and index in `fresh`. */
  readonly added: Map<string, { readonly leaf: string; readonly index: number }>
  readonly branches: Set<string>
  readonly fresh: ReadEntry[]
  readonly forks: ReadEntry[]
}

const headOf = (walk: Walk, producer: string): Head => walk.heads.get(producer) ?? emptyHead

const take = (walk: Walk, entry: ReadEntry): PlannedReceipt => {
  const { producer, pseq, prev } = entry.header
  const head = headOf(walk, producer)
  if (pseq < head.next) return meetAgain(walk, entry)
  // What follows a contradiction is on its branch, whether or not the chain held has come that far.
  if (walk.branches.has(branchOf(producer, prev))) return fork(walk, entry)
  requireNext(entry, head)
  const index = walk.fresh.push(entry) - 1
  walk.heads.set(producer, { next: pseq + 1, last: entry.leaf })
  walk.added.set(placeOf(producer, pseq), { leaf: entry.leaf, index })
  return { producer, pseq, status: 'stored', seq: null, fresh: index }
}

const meetAgain = (walk: Walk, entry: ReadEntry): PlannedReceipt => {
  const { producer, pseq } = entry.header
  const place = placeOf(producer, pseq)
  const [added, held] = [walk.added.get(place), walk.held.get(place)]
  if (added?.leaf === entry.leaf) {
    return { producer, pseq, status: 'duplicate', seq: null, fresh: added.index }
  }
  if (held?.leaf === entry.leaf) return { producer, pseq, status: 'duplicate', seq: held.seq, fresh: null }
  // Entries are never removed: one below the head that is not there was written while this was read.
  if (!added && !held) throw new GuardFailed('the chain grew while it was read')
  return fork(walk, entry)
}

const fork = (walk: Walk, entry: ReadEntry): PlannedReceipt => {
  const { producer, pseq } = entry.header
  const branch = branchOf(producer, entry.leaf)
  if (!walk.branches.has(branch)) walk.forks.push(entry)
  walk.branches.add(branch)
  return { producer, pseq, status: 'equivocation', seq: null, fresh: null }
}

const requireNext = ({ index, header }: ReadEntry, head: Head): void => {
  const { producer, pseq, prev } = header
  const expected = expectedDetail(producer, head.next)
  if (pseq > head.next) throw conflict(index, `pseq ${pseq} leaves a gap: ${expected}`)
  if (prev !== head.last) throw conflict(index, `prev is not the leaf hash of the entry before: ${expected}`)
}

const conflict = (index: number, detail: string): Fault =>
  new Fault('conflict', `Entry ${index} does not continue its producer's chain; nothing was stored.`, {
    mend: 'Send what is missing first. A producer that lost its place starts anew as another producer.',
    errors: [{ pointer: `/entries/${index}/header`, detail }],
  })
