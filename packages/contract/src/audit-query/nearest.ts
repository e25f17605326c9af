/** Up to three of `all` that somebody who wrote `word` most likely meant, the likeliest first. */
export const nearest = (word: string, all: readonly string[]): readonly string[] => {
  const wanted = word.toLowerCase()
  if (wanted === '' || wanted.length > 40) return []
  const most = Math.max(1, Math.floor(wanted.length / 3))
  return all
    .map((name) => ({ name, far: distance(wanted, name) }))
    .filter(({ name, far }) => far <= most || (wanted.length > 2 && isAlike(wanted, name)))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name)
}

/** They begin alike, or one is part of the other. */
const isAlike = (one: string, other: string): boolean =>
  one.includes(other) || other.includes(one) || other.startsWith(one.slice(0, 3))

/** Letters to change, add or leave out (Levenshtein). */
const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [line, letter] of [...from].entries()) {
    const above = row
    row = [line + 1]
    for (let column = 1; column <= to.length; column += 1) {
      const changed = (above[column - 1] ?? 0) + (to[column - 1] === letter ? 0 : 1)
      row.push(Math.min(changed, (above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1))
    }
  }
  return row.at(-1) ?? 0
}
