import { sha256 } from '../hash.ts'
import { hashBytes, nodeHash } from './hashes.ts'

/**
 * What has to be kept of a tree to go on with it: the roots of its maximal complete subtrees, largest first, one for
 * each bit that is set in `size`. O(log n); nothing else is read to append.
 */
export interface Frontier {
  /** Leaves so far; below 2^53. */
  readonly size: number
  readonly roots: readonly Uint8Array[]
}

export const emptyFrontier: Frontier = { size: 0, roots: [] }

/**
 * The frontier behind one more leaf. `onNode` is told every complete subtree that this leaf finishes, the leaf itself
 * included (level 0): that is what tiles are cut from.
 */
export const appendLeaf = (
  { size, roots }: Frontier,
  leaf: Uint8Array,
  onNode?: (level: number, index: number, hash: Uint8Array) => void,
): Frontier => {
  let hash = leaf
  let index = size
  let kept = roots.length
  onNode?.(0, index, hash)
  for (let level = 1; index % 2 === 1; level += 1) {
    kept -= 1
    const left = roots[kept]
    if (left === undefined) throw new RangeError('the frontier lacks a subtree')
    hash = nodeHash(left, hash)
    index = (index - 1) / 2
    onNode?.(level, index, hash)
  }
  const after = roots.slice(0, kept)
  after.push(hash)
  return { size: size + 1, roots: after }
}

/** RFC 6962 §2.1: MTH of all leaves; SHA-256 of nothing for the empty tree. */
export const rootOf = ({ roots }: Pick<Frontier, 'roots'>): Uint8Array =>
  roots.length === 0 ? sha256(new Uint8Array()) : roots.reduceRight((right, left) => nodeHash(left, right))

/** The roots one after the other: 32 bytes for each bit set in `size`. */
export const formatFrontier = ({ roots }: Frontier): Uint8Array => {
  const bytes = new Uint8Array(roots.length * hashBytes)
  for (const [index, root] of roots.entries()) bytes.set(root, index * hashBytes)
  return bytes
}

/** Null when the bytes are not a frontier of that size. */
export const parseFrontier = (size: number, bytes: Uint8Array): Frontier | null => {
  if (!Number.isSafeInteger(size) || size < 0 || bytes.length !== bitsSet(size) * hashBytes) return null
  const roots = Array.from({ length: bytes.length / hashBytes }, (_, index) =>
    bytes.slice(index * hashBytes, (index + 1) * hashBytes),
  )
  return { size, roots }
}

const bitsSet = (size: number): number => {
  let count = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2
  return count
}
