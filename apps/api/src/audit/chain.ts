import { type EntryReceipt, expectedDetail } from '@watchbill/contract/audit'
import { Fault } from '@watchbill/contract/fault'
import { GuardFailed } from '../db/write.ts'
import type { ReadEntry } from './read-entries.ts'

/** The end of a producer's chain. */
export interface Head {
  readonly next: number
  /** Leaf hash of the entry before, base64url; 32 zero bytes at the start. */
  readonly last: string
}

/** What the database holds of everything a batch names. */
export interface Stored {
  readonly heads: ReadonlyMap<string, Head & { readonly owner: string }>
  /** Leaf by `placeOf`. */
  readonly leaves: ReadonlyMap<string, string>
  /** Leaves on branches that contradict a chain, by `branchOf`. */
  readonly forks: ReadonlySet<string>
  /** Entry ids of the batch that are taken, with the place that took them. */
  readonly ids: ReadonlyMap<string, string>
}

/** What a batch comes to, before anything is written. */
export interface Plan {
  readonly receipts: readonly EntryReceipt[]
  readonly fresh: readonly ReadEntry[]
  /** Contradictions not on record yet. */
  readonly forks: readonly ReadEntry[]
  /** Heads of all producers the batch names, after it. */
  readonly heads: ReadonlyMap<string, Head>
}

export const placeOf = (producer: string, pseq: number): string => `${producer} ${pseq}`
export const branchOf = (producer: string, leaf: string): string => `${producer} ${leaf}`
export const emptyHead: Head = { next: 0, last: 'A'.repeat(43) }

/**
 * Takes the entries one by one, as if each had been sent alone, so that receipts tell the truth however a batch is cut.
 * Throws Fault `conflict` for a gap, a broken chain or a taken id; GuardFailed when `stored` was read across a write.
 */
export const planChain = (batch: readonly ReadEntry[], stored: Stored): Plan => {
  const walk: Walk = {
    stored,
    heads: new Map(stored.heads),
    leaves: new Map(stored.leaves),
    branches: new Set(stored.forks),
    ids: new Map(stored.ids),
    fresh: [],
    forks: [],
  }
  const receipts = batch.map((entry): EntryReceipt => {
    const { producer, pseq } = entry.header
    return { producer, pseq, status: take(walk, entry) }
  })
  const named = batch.map(({ header }) => header.producer)
  const heads = new Map(named.map((producer) => [producer, headOf(walk, producer)]))
  return { receipts, fresh: walk.fresh, forks: walk.forks, heads }
}

interface Walk {
  readonly stored: Stored
  readonly heads: Map<string, Head>
  readonly leaves: Map<string, string>
  readonly branches: Set<string>
  readonly ids: Map<string, string>
  readonly fresh: ReadEntry[]
  readonly forks: ReadEntry[]
}

const headOf = (walk: Walk, producer: string): Head => walk.heads.get(producer) ?? emptyHead

const take = (walk: Walk, entry: ReadEntry): EntryReceipt['status'] => {
  const { producer, pseq, prev } = entry.header
  const head = headOf(walk, producer)
  if (pseq < head.next) {
    const held = walk.leaves.get(placeOf(producer, pseq))
    // Entries are never removed, so the head was read after the leaves.
    if (held === undefined) throw new GuardFailed('the chain grew while it was read')
    return held === entry.leaf ? 'duplicate' : fork(walk, entry)
  }
  // What follows a contradiction is on its branch, whether or not the chain held has come that far.
  if (walk.branches.has(branchOf(producer, prev))) return fork(walk, entry)
  requireNext(entry, head)
  requireOwnId(walk, entry)
  walk.heads.set(producer, { next: pseq + 1, last: entry.leaf })
  walk.leaves.set(placeOf(producer, pseq), entry.leaf)
  walk.fresh.push(entry)
  return 'stored'
}

const fork = (walk: Walk, entry: ReadEntry): 'equivocation' => {
  const branch = branchOf(entry.header.producer, entry.leaf)
  if (!walk.branches.has(branch)) walk.forks.push(entry)
  walk.branches.add(branch)
  return 'equivocation'
}

const requireNext = ({ index, header }: ReadEntry, head: Head): void => {
  const { producer, pseq, prev } = header
  const expected = expectedDetail(producer, head.next)
  if (pseq > head.next) throw conflict(index, `pseq ${pseq} leaves a gap: ${expected}`)
  if (prev !== head.last) throw conflict(index, `prev is not the leaf hash of the entry before: ${expected}`)
}

const requireOwnId = (walk: Walk, { index, header }: ReadEntry): void => {
  const place = placeOf(header.producer, header.pseq)
  const taken = walk.ids.get(header.id)
  if (taken === place) throw new GuardFailed('the chain grew while it was read')
  if (taken !== undefined) throw conflict(index, `the id ${header.id} belongs to another entry`)
  walk.ids.set(header.id, place)
}

const conflict = (index: number, detail: string): Fault =>
  new Fault('conflict', `Entry ${index} does not continue its producer's chain; nothing was stored.`, {
    mend: 'Send what is missing first. A producer that lost its place starts anew as another producer.',
    errors: [{ pointer: `/entries/${index}/header`, detail }],
  })
