import { nodeHash } from './hashes.ts'

/** A complete subtree: MTH(D[index·2^level : (index+1)·2^level]). */
export interface NodePlace {
  readonly level: number
  readonly index: number
}

/** One hash of a proof, as the complete subtrees it is folded from, left to right; never empty. */
export type ProofHash = readonly NodePlace[]

/** Which subtrees make up each hash of a proof, in the order of the proof. The caller reads them wherever they are kept. */
export type ProofPlan = readonly ProofHash[]

/** RFC 6962 §2.1.1 PATH(index, D[size]): leaf's sibling first. Throws RangeError unless 0 <= index < size. */
export const planInclusion = (index: number, size: number): ProofPlan => {
  requireSize(size)
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new RangeError(`there is no leaf ${index} in a tree of ${size}`)
  const path: ProofHash[] = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const middle = from + splitOf(to - from)
    const left = index < middle
    path.push(left ? cover(middle, to) : cover(from, middle))
    if (left) to = middle
    else from = middle
  }
  return path.reverse()
}

/** RFC 6962 §2.1.2 PROOF(first, D[second]); empty when either is the empty tree or both are one. Throws RangeError. */
export const planConsistency = (first: number, second: number): ProofPlan => {
  requireSize(first)
  requireSize(second)
  if (first > second) throw new RangeError(`a tree of ${first} is not the beginning of one of ${second}`)
  if (first === 0 || first === second) return []
  const path: ProofHash[] = []
  let [from, to] = [0, second]
  // `whole`: D[from:to] began as the old tree itself, whose root the verifier knows.
  let whole = true
  while (to !== first) {
    const middle = from + splitOf(to - from)
    if (first <= middle) {
      path.push(cover(middle, to))
      to = middle
    } else {
      path.push(cover(from, middle))
      from = middle
      whole = false
    }
  }
  if (!whole) path.push(cover(from, to))
  return path.reverse()
}

/**
 * What proves that leaves `from` to `to` - 1 stand in a tree of `size`, without a gap: the maximal complete subtrees left
 * of them, then those right of them (the last one folded). Throws RangeError unless 0 <= from < to <= size.
 */
export const planRange = (from: number, to: number, size: number): ProofPlan => {
  requireSize(size)
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from >= to || to > size)
    throw new RangeError(`there are no leaves ${from} to ${to} in a tree of ${size}`)
  const path: ProofHash[] = []
  const walk = (low: number, high: number): void => {
    if (high <= from || low >= to) path.push(cover(low, high))
    else if (!(low >= from && high <= to)) {
      const middle = low + splitOf(high - low)
      walk(low, middle)
      walk(middle, high)
    }
  }
  walk(0, size)
  return path
}

/** The hashes of a proof, from the subtrees its plan names. */
export const foldProof = (plan: ProofPlan, hashOf: (place: NodePlace) => Uint8Array): Uint8Array[] =>
  plan.map((places) => places.map(hashOf).reduceRight((right, left) => nodeHash(left, right)))

/** The maximal complete subtrees of D[from:to], left to right; `from` is a multiple of the first one's size. */
export const cover = (from: number, to: number): NodePlace[] => {
  const places: NodePlace[] = []
  for (let at = from; at < to; ) {
    let level = 0
    let width = 1
    while (at % (width * 2) === 0 && at + width * 2 <= to) {
      width *= 2
      level += 1
    }
    places.push({ level, index: at / width })
    at += width
  }
  return places
}

/** Largest power of two below n (RFC 6962 §2.1), n > 1. */
export const splitOf = (n: number): number => {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

export const requireSize = (size: number): void => {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`${size} is not the size of a tree`)
}
