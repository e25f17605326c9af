import { countAt, isRow, type Row, rowAt, valueAt } from '../row.ts'
import type { CostPoint, Thread } from '../thread-state.ts'

const pointLimit = 256
/** Above a billion dollars a total is damage, not money. */
const sane = (usd: unknown): usd is number => typeof usd === 'number' && usd >= 0 && usd < 1e9

/** Uncached input, cache read, cache write, visible output, reasoning over all models of a `cost-state` row. */
const usageTotal = (row: Row): number[] => {
  const total = [0, 0, 0, 0, 0]
  for (const usage of Object.values(rowAt(row, 'modelUsage')).filter(isRow)) {
    const reasoning = countAt(usage, 'thinkingTokens') ?? 0
    const values = [
      countAt(usage, 'inputTokens') ?? 0,
      countAt(usage, 'cacheReadInputTokens') ?? 0,
      countAt(usage, 'cacheCreationInputTokens') ?? 0,
      Math.max(0, (countAt(usage, 'outputTokens') ?? 0) - reasoning),
      reasoning,
    ]
    values.forEach((value, index) => {
      total[index] = (total[index] ?? 0) + value
    })
  }
  return total
}

/**
 * Keeps the running total and how many tokens it has beyond the rows so far (compaction writes no row).
 * The row has no time of its own: `ms` is the latest one read from the file until then.
 */
export const addCost = (thread: Thread, row: Row, ms: number | null): void => {
  const usd = valueAt(row, 'totalCostUSD')
  if (!sane(usd)) return
  const listed = [0, 0, 0, 0, 0]
  const { call } = thread.folded
  for (const [, ...columns] of [...Object.values(thread.calls), ...(call === null ? [] : [call])])
    columns.forEach((value, index) => {
      listed[index] = (listed[index] ?? 0) + (value ?? 0)
    })
  const unlisted = usageTotal(row).map((value, index) => value - (listed[index] ?? 0))
  const point: CostPoint = { ms, microUsd: Math.round(usd * 1e6), unlisted }
  const last = thread.costs.at(-1)
  if (last !== undefined && JSON.stringify(last) === JSON.stringify(point)) return
  thread.costs.push(point)
  if (thread.costs.length > pointLimit) thread.costs.shift()
}
