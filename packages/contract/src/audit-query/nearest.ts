/** Up to three of `all` that somebody who wrote `word` most likely meant, the likeliest first. */
export const nearest = (word: string, all: readonly string[]): readonly string[] => {
  const wanted = word.toLowerCase()
  if (wanted === '' || wanted.length > 40) return []
  return all
    .map((name) => ({ name, far: distance(wanted, name) }))
    .filter(({ far }) => far <= Math.max(1, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name)
}

/** Letters to change, add or leave out (Levenshtein); one where they begin alike or one is part of the other. */
const distance = (from: string, to: string): number => {
  if (from.length > 2 && (to.includes(from) || from.includes(to))) return 1
  if (from.length > 2 && to.startsWith(from.slice(0, 3))) return 1
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
