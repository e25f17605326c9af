import { rootOf } from './frontier.ts'
import { hashBytes, nodeHash } from './hashes.ts'
import { cover, type ProofHash, type ProofPlan, requireSize, splitOf } from './proofs.ts'
import { sameHash } from './verify.ts'

type Hash = Uint8Array

/**
 * What proves that these leaves stand in a tree of `size`: of its recursion tree (RFC 6962 §2.1) every maximal node without
 * one of them, left to right; `planRange` for any ascending places. Throws RangeError unless 0 <= seqs ascending < size.
 */
export const planSelection = (seqs: readonly number[], size: number): ProofPlan => {
  requireSize(size)
  if (!areAscending(seqs, size))
    throw new RangeError(`the leaves are not ascending places in a tree of ${size}`)
  const path: ProofHash[] = []
  /** seqs[first:last] are those in D[low:high]. */
  const walk = (low: number, high: number, first: number, last: number): void => {
    if (first === last) path.push(cover(low, high))
    else if (last - first < high - low) {
      const middle = low + splitOf(high - low)
      const right = firstAt(seqs, middle, first, last)
      walk(low, middle, first, right)
      walk(middle, high, right, last)
    }
  }
  if (size > 0) walk(0, size, 0, seqs.length)
  return path
}

/**
 * The hashes of `planSelection` between two selected leaves that follow upon each other: D[from:to], `from` being behind the
 * one before and `to` the next one; `to` === `size` names the gap behind the last. Throws RangeError unless 0 <= from <= to <= size.
 */
export const planGap = (from: number, to: number, size: number): ProofPlan => {
  requireSize(size)
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from > to || to > size)
    throw new RangeError(`there is no gap ${from} to ${to} in a tree of ${size}`)
  if (to < size) return cover(from, to).map((place) => [place])
  const path: ProofHash[] = []
  if (from === 0 && size > 0) path.push(cover(0, size))
  // Down to the last leaf before the gap: what lies right of the way is the gap.
  for (let [low, high] = [0, size]; from > 0 && high - low > 1; ) {
    const middle = low + splitOf(high - low)
    if (from > middle) low = middle
    else {
      path.push(cover(middle, high))
      high = middle
    }
  }
  return path.reverse()
}

/** Whether these leaves stand at these places of the tree of `size` (`planSelection`). False, too, for what makes no sense. */
export const checkSelection = (
  seqs: readonly number[],
  leaves: readonly Hash[],
  size: number,
  proof: readonly Hash[],
  root: Hash,
): boolean => {
  if (!Number.isSafeInteger(size) || seqs.length !== leaves.length || !areAscending(seqs, size)) return false
  if (!areHashes(leaves) || !areHashes(proof)) return false
  if (size === 0) return proof.length === 0 && sameHash(root, rootOf({ roots: [] }))
  let used = 0
  const fold = (low: number, high: number, first: number, last: number): Hash | null => {
    if (first === last) return proof[used++] ?? null
    if (high - low === 1) return leaves[first] ?? null
    const middle = low + splitOf(high - low)
    const right = firstAt(seqs, middle, first, last)
    const left = fold(low, middle, first, right)
    const after = left === null ? null : fold(middle, high, right, last)
    return left === null || after === null ? null : nodeHash(left, after)
  }
  const hash = fold(0, size, 0, seqs.length)
  return hash !== null && used === proof.length && sameHash(hash, root)
}

/** A hole in either list is no hash and no place; `every` would pass over it. */
const areHashes = (hashes: readonly Hash[]): boolean => {
  for (const hash of hashes) if (hash?.length !== hashBytes) return false
  return true
}

/** Strictly, from 0, below `size`. */
const areAscending = (seqs: readonly number[], size: number): boolean => {
  let before = -1
  for (const seq of seqs) {
    if (!Number.isSafeInteger(seq) || seq <= before) return false
    before = seq
  }
  return before < size
}

/** Index of the first of seqs[first:last] that is not below `limit`, else `last`. */
const firstAt = (seqs: readonly number[], limit: number, first: number, last: number): number => {
  let [low, high] = [first, last]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((seqs[middle] ?? limit) < limit) low = middle + 1
    else high = middle
  }
  return low
}
