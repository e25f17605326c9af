import { rootOf } from './frontier.ts'
import { hashBytes, nodeHash } from './hashes.ts'
import { splitOf } from './proofs.ts'

type Hash = Uint8Array

export const sameHash = (a: Hash, b: Hash): boolean =>
  a.length === hashBytes && b.length === hashBytes && a.every((byte, index) => byte === b[index])

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
const half = (value: number): number => Math.floor(value / 2)

/** RFC 9162 §2.1.3.2: whether `leaf` stands at `index` of the tree of `size` with this root. Division, not `>>`: sizes pass 2^31. */
export const checkInclusion = (
  leaf: Hash,
  index: number,
  size: number,
  proof: readonly Hash[],
  root: Hash,
): boolean => {
  if (!isSize(index) || !isSize(size) || index >= size || leaf.length !== hashBytes) return false
  let [fn, sn, hash] = [index, size - 1, leaf]
  for (const sibling of proof) {
    if (sn === 0 || sibling.length !== hashBytes) return false
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else {
      hash = nodeHash(hash, sibling)
    }
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 && sameHash(hash, root)
}

/**
 * RFC 9162 §2.1.4.2: whether the tree of `first` leaves is the beginning of the one of `second`. The empty tree is the
 * beginning of every tree, with an empty proof (C2SP tlog-witness).
 */
export const checkConsistency = (
  first: number,
  second: number,
  proof: readonly Hash[],
  firstRoot: Hash,
  secondRoot: Hash,
): boolean => {
  if (!isSize(first) || !isSize(second) || first > second) return false
  if (proof.some((hash) => hash.length !== hashBytes)) return false
  if (first === 0) return proof.length === 0 && sameHash(firstRoot, rootOf({ roots: [] }))
  if (first === second) return proof.length === 0 && sameHash(firstRoot, secondRoot)
  const [start, ...rest] = isPowerOfTwo(first) ? [firstRoot, ...proof] : proof
  if (start === undefined || firstRoot.length !== hashBytes) return false
  let [fn, sn] = [first - 1, second - 1]
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)]
  let [fr, sr] = [start, start]
  for (const hash of rest) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(hash, fr)
      sr = nodeHash(hash, sr)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else {
      sr = nodeHash(sr, hash)
    }
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 && sameHash(fr, firstRoot) && sameHash(sr, secondRoot)
}

/** Whether exactly these leaves stand at `from`, `from` + 1, … of the tree of `size`: none left out, none added (`planRange`). */
export const checkRange = (
  leaves: readonly Hash[],
  from: number,
  size: number,
  proof: readonly Hash[],
  root: Hash,
): boolean => {
  const to = from + leaves.length
  if (!isSize(from) || !isSize(size) || leaves.length === 0 || to > size) return false
  if ([...leaves, ...proof].some((hash) => hash.length !== hashBytes)) return false
  let used = 0
  const fold = (low: number, high: number): Hash | null => {
    if (high <= from || low >= to) return proof[used++] ?? null
    if (high - low === 1) return leaves[low - from] ?? null
    const middle = low + splitOf(high - low)
    const left = fold(low, middle)
    const right = fold(middle, high)
    return left === null || right === null ? null : nodeHash(left, right)
  }
  const hash = fold(0, size)
  return hash !== null && used === proof.length && sameHash(hash, root)
}

const isPowerOfTwo = (value: number): boolean => {
  let rest = value
  while (rest % 2 === 0) rest /= 2
  return rest === 1
}
