import { rootOf } from './frontier.ts'
import { hashBytes, nodeHash } from './hashes.ts'
import { cover } from './proofs.ts'
import { planGap } from './selection.ts'

/** Checks a selection of any length as it streams by, in the order of places; keeps O(log n) hashes. */
export interface SelectionFold {
  /** The next selected leaf; its bytes are kept, not copied. False, for ever, once something did not fit. */
  entry(seq: number, leaf: Uint8Array): boolean
  /** Proof hashes (`planGap`) between the leaf before, or the beginning, and the next one, or the end; in one call or several. */
  skip(...hashes: readonly Uint8Array[]): boolean
  /** The root that all of it comes to; null when anything is missing or did not fit. Equal to the tree's: it holds. */
  root(): Uint8Array | null
}

/** No gap below 2^53 has more hashes: two for each level. */
const mostSkipped = 106

/** `checkSelection` for exports: the same verdict on the same hashes, interleaved with the leaves. Never throws. */
export const createSelectionFold = (size: number): SelectionFold => {
  /** Roots of the maximal complete subtrees of D[0:at]. */
  const roots: Uint8Array[] = []
  let held: Uint8Array[] = []
  let at = 0
  let fits = Number.isSafeInteger(size) && size >= 0

  /** Appends the hashes that were skipped; false when D[at:to] has more of them, or fewer. */
  const fill = (to: number): boolean => {
    const places = cover(at, to)
    if (places.length !== held.length) return false
    for (const [index, hash] of held.entries()) grow(roots, hash, places[index]?.index ?? 0)
    held = []
    return true
  }

  return {
    entry(seq, leaf) {
      fits &&= Number.isSafeInteger(seq) && seq >= at && seq < size && leaf.length === hashBytes
      fits &&= (seq === at && held.length === 0) || fill(seq)
      if (!fits) return false
      grow(roots, leaf, seq)
      at = seq + 1
      return true
    },
    skip(...hashes) {
      fits &&= held.length + hashes.length <= mostSkipped && hashes.every((hash) => hash.length === hashBytes)
      if (fits) held.push(...hashes)
      return fits
    },
    root() {
      const last = fits ? planGap(at, size, size) : []
      if (!fits || last.length !== held.length) return null
      const whole = [...roots]
      // The last one ends the tree and need not be complete: nothing is folded into it.
      for (const [index, hash] of held.entries())
        if (index === last.length - 1) whole.push(hash)
        else grow(whole, hash, last[index]?.[0]?.index ?? 0)
      return rootOf({ roots: whole })
    },
  }
}

/** A complete subtree behind others: as long as it is a right child, the one before it is its sibling. */
const grow = (roots: Uint8Array[], hash: Uint8Array, index: number): void => {
  let made = hash
  for (let rest = index; rest % 2 === 1; rest = (rest - 1) / 2) {
    const left = roots.pop()
    if (left !== undefined) made = nodeHash(left, made)
  }
  roots.push(made)
}
