import { hashBytes } from '../merkle/hashes.ts'
import { type JudgedEntryLine, type JudgedLine, noLine, type ProducerLink } from './judge-line.ts'

/**
 * Judged lines in their order, packed: what nearly all lines of an export are, entries that nothing speaks against, stands in
 * a few buffers, which move between threads for nothing. A thousand objects of their own would cost a good part of the check.
 */
export interface JudgedBatch {
  /** One of `asNone`, `asEntry`, `asOdd` for each line. */
  readonly kinds: Uint8Array<ArrayBuffer>
  /** Of the entries, like everything up to `writers`. */
  readonly seqs: Float64Array<ArrayBuffer>
  readonly pseqs: Float64Array<ArrayBuffer>
  readonly leaves: Uint8Array<ArrayBuffer>
  readonly prevs: Uint8Array<ArrayBuffer>
  /** Places in `names`. */
  readonly writers: Uint32Array<ArrayBuffer>
  readonly names: readonly Pick<ProducerLink, 'ws' | 'producer'>[]
  /** All other lines, as they were judged. */
  readonly odd: readonly JudgedLine[]
}

const asNone = 0
const asEntry = 1
const asOdd = 2

interface PlainEntry extends JudgedEntryLine {
  readonly leaf: Uint8Array
  readonly link: ProducerLink
}

const isPlain = (line: JudgedLine): line is PlainEntry =>
  line.kind === 'entry' && line.leaf !== null && line.link !== null && line.found.length === 0

export const packJudged = (lines: readonly JudgedLine[]): JudgedBatch => {
  const kinds = new Uint8Array(lines.length)
  const entries: PlainEntry[] = []
  const odd: JudgedLine[] = []
  for (const [index, line] of lines.entries())
    if (line.kind === 'none') kinds[index] = asNone
    else if (isPlain(line)) {
      kinds[index] = asEntry
      entries.push(line)
    } else {
      kinds[index] = asOdd
      odd.push(line)
    }
  return { kinds, odd, ...packEntries(entries) }
}

const packEntries = (entries: readonly PlainEntry[]): Omit<JudgedBatch, 'kinds' | 'odd'> => {
  const { length } = entries
  const seqs = new Float64Array(length)
  const pseqs = new Float64Array(length)
  const leaves = new Uint8Array(length * hashBytes)
  const prevs = new Uint8Array(length * hashBytes)
  const writers = new Uint32Array(length)
  const names: Pick<ProducerLink, 'ws' | 'producer'>[] = []
  const places = new Map<string, number>()
  for (const [index, { seq, leaf, link }] of entries.entries()) {
    const { ws, producer, pseq, prev } = link
    seqs[index] = seq
    pseqs[index] = pseq
    leaves.set(leaf, index * hashBytes)
    prevs.set(prev, index * hashBytes)
    // Neither has a space in it.
    const name = `${ws} ${producer}`
    const place = places.get(name) ?? names.push({ ws, producer }) - 1
    places.set(name, place)
    writers[index] = place
  }
  return { seqs, pseqs, leaves, prevs, writers, names }
}

/** The lines as they were before `packJudged`. */
export function* unpackJudged(batch: JudgedBatch): Generator<JudgedLine, void, undefined> {
  let [entry, odd] = [0, 0]
  for (const kind of batch.kinds)
    if (kind === asEntry) {
      yield entryAt(batch, entry)
      entry += 1
    } else if (kind === asOdd) {
      yield batch.odd[odd] ?? noLine
      odd += 1
    } else yield noLine
}

const nothingFound: JudgedEntryLine['found'] = []

const entryAt = (batch: JudgedBatch, index: number): JudgedEntryLine => {
  const { ws, producer } = batch.names[batch.writers[index] ?? 0] ?? { ws: '', producer: '' }
  const [from, to] = [index * hashBytes, (index + 1) * hashBytes]
  return {
    kind: 'entry',
    seq: batch.seqs[index] ?? 0,
    // A copy: the tree keeps a few, and none of them should keep the leaves of a whole batch.
    leaf: batch.leaves.slice(from, to),
    link: { ws, producer, pseq: batch.pseqs[index] ?? 0, prev: batch.prevs.subarray(from, to) },
    found: nothingFound,
  }
}

/** To be handed over together with the batch (`postMessage`), which is empty on this thread from then on. */
export const buffersOf = ({ kinds, seqs, pseqs, leaves, prevs, writers }: JudgedBatch): ArrayBuffer[] =>
  [kinds, seqs, pseqs, leaves, prevs, writers].map(({ buffer }) => buffer)
