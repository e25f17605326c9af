/**
 * The inclusion path of one leaf out of the range proof of that leaf alone. Both hold the same hashes: a range proof from
 * left to right, a path from the leaf up (RFC 6962 §2.1.1).
 */
export function pathOfRange(seq: number, size: number, hashes: readonly string[]): readonly string[] {
  let used = 0
  const next = () => hashes[used++] ?? ''
  const walk = (low: number, high: number): string[] => {
    if (high - low <= 1) return []
    const middle = low + splitOf(high - low)
    if (seq < middle) return [...walk(low, middle), next()]
    const sibling = next()
    return [...walk(middle, high), sibling]
  }
  return walk(0, size)
}

/** Largest power of two below n, n > 1. */
function splitOf(n: number): number {
  let half = 1
  while (half * 2 < n) half *= 2
  return half
}
