import {
  appendLeaf,
  checkConsistency,
  checkInclusion,
  checkRange,
  checkSelection,
  createSelectionFold,
  emptyFrontier,
  formatFrontier,
  leafHash,
  parseFrontier,
  planGap,
  rootOf,
  sameHash,
} from '../merkle/index.ts'
import { differ, readVector, unbase64, type VectorCheck } from './vector-reading.ts'

interface RootVector {
  readonly check: 'root'
  /** The entries themselves, or how many of `entry 0`, `entry 1`, … */
  readonly bytes?: readonly string[]
  readonly entries?: number
  readonly root: string
  readonly frontier?: readonly string[]
}
interface ProofVector {
  readonly check: 'inclusion' | 'consistency' | 'range' | 'selection'
  readonly leaf: string
  readonly leaves: readonly string[]
  readonly seqs: readonly number[]
  readonly index: number
  readonly from: number
  readonly size: number
  readonly first: number
  readonly second: number
  readonly hashes: readonly string[]
  readonly root: string
  readonly firstRoot: string
  readonly secondRoot: string
}

export const checkMerkle: VectorCheck = ({ valid, bytes }) => {
  const vector = readVector<RootVector | ProofVector>(bytes)
  if (vector.check === 'root') return checkRoot(vector)
  if (vector.check === 'selection' && streams(vector) !== valid) return 'streamed, it comes out differently'
  if (holds(vector) === valid) return null
  return valid ? 'the proof does not hold' : 'the proof holds'
}

/** The leaf hash of `entry <i>`. */
export const leafAt = (index: number): Uint8Array => leafHash(new TextEncoder().encode(`entry ${index}`))

const checkRoot = ({ bytes, entries = 0, root, frontier }: RootVector): string | null => {
  const leaves =
    bytes?.map((text) => leafHash(unbase64(text))) ??
    Array.from({ length: entries }, (_, index) => leafAt(index))
  const made = leaves.reduce((before, leaf) => appendLeaf(before, leaf), emptyFrontier)
  const stored = parseFrontier(made.size, formatFrontier(made))
  return (
    differ(rootOf(made), root) ?? (frontier ? differ(made.roots, frontier) : null) ?? differ(stored, made)
  )
}

const holds = (vector: ProofVector): boolean => {
  const hashes = vector.hashes.map(unbase64)
  if (vector.check === 'inclusion')
    return checkInclusion(unbase64(vector.leaf), vector.index, vector.size, hashes, unbase64(vector.root))
  if (vector.check === 'range')
    return checkRange(vector.leaves.map(unbase64), vector.from, vector.size, hashes, unbase64(vector.root))
  if (vector.check === 'selection')
    return checkSelection(
      vector.seqs,
      vector.leaves.map(unbase64),
      vector.size,
      hashes,
      unbase64(vector.root),
    )
  const { first, second, firstRoot, secondRoot } = vector
  return checkConsistency(first, second, hashes, unbase64(firstRoot), unbase64(secondRoot))
}

/** The same as a stream: the hashes of each gap before the leaf behind it. */
const streams = ({ seqs, leaves, size, hashes, root }: ProofVector): boolean => {
  const fold = createSelectionFold(size)
  const rest = hashes.map(unbase64)
  let fits = leaves.length === seqs.length
  for (const [index, seq] of seqs.entries()) {
    const from = (seqs[index - 1] ?? -1) + 1
    const count = Number.isSafeInteger(seq) && seq > from && seq < size ? planGap(from, seq, size).length : 0
    const leaf = leaves[index]
    fits &&= fold.skip(...rest.splice(0, count))
    fits &&= leaf !== undefined && fold.entry(seq, unbase64(leaf))
  }
  fold.skip(...rest)
  const made = fold.root()
  return fits && made !== null && sameHash(made, unbase64(root))
}
