/** The candidate that `word` begins, else the one that differs least from it, when it differs little enough to be meant; null otherwise. */
export const nearest = (word: string, candidates: readonly string[]): string | null => {
  const begun = candidates.filter((candidate) => word.length > 2 && candidate.startsWith(word.toLowerCase()))
  if (begun[0] !== undefined) return begun[0]
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate) }))
    .sort((left, right) => left.distance - right.distance)
  const [best] = ranked
  return best !== undefined && best.distance <= Math.max(1, Math.floor(best.candidate.length / 2))
    ? best.candidate
    : null
}

/** Levenshtein distance. */
const editDistance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= right.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
