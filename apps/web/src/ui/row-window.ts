/** Where each row of a list starts, px; one more entry than rows, the last is the height of all. */
export function rowStarts(heights: readonly number[]): readonly number[] {
  const starts = [0]
  let end = 0
  for (const height of heights) {
    end += height
    starts.push(end)
  }
  return starts
}

/** Index of the row that covers `offset` px; the nearest one beyond either end. */
export function rowAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = Math.max(0, starts.length - 2)
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

export interface RowWindow {
  readonly first: number
  /** One past the last row drawn. */
  readonly end: number
}

/** Rows between `top` and `bottom` (px from the list's start) and `over` more on either side. */
export function rowWindow(starts: readonly number[], top: number, bottom: number, over: number): RowWindow {
  const count = starts.length - 1
  if (count === 0) return { first: 0, end: 0 }
  return {
    first: Math.max(0, rowAt(starts, top) - over),
    end: Math.min(count, rowAt(starts, Math.max(top, bottom)) + 1 + over),
  }
}
