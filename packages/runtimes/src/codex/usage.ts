import { countAt, type Row, rawAt, rowAt, valueAt } from '../row.ts'
import { addCall } from '../thread.ts'
import type { Call, Thread } from '../thread-state.ts'

/** Input (cached included), cached, cache write, output (reasoning included), reasoning, total: as Codex counts. */
export type Totals = [number, number, number, number, number, number]

const totalsOf = (usage: Row): Totals | null => {
  const input = countAt(usage, 'input_tokens')
  const output = countAt(usage, 'output_tokens')
  if (input === null || output === null) return null
  return [
    input,
    countAt(usage, 'cached_input_tokens') ?? 0,
    countAt(usage, 'cache_write_input_tokens') ?? 0,
    output,
    countAt(usage, 'reasoning_output_tokens') ?? 0,
    countAt(usage, 'total_tokens') ?? input + output,
  ]
}

/** Into five disjoint numbers (§4.3). The total tells whether cache writes stand inside the input or beside it. */
const callOf = ([input, cached, written, output, reasoning, total]: Totals): Call => {
  const inside = total < input + output + written
  const uncached = Math.max(0, input - cached - (inside ? written : 0))
  // No time: history copied into a fork gets new ones.
  return [null, uncached, Math.min(cached, input), written, Math.max(0, output - reasoning), reasoning]
}

/** `token_usage_record`: one model call, the best fact there is. */
export const readUsageRecord = (thread: Thread, record: Row): void => {
  const usage = totalsOf(rowAt(record, 'usage'))
  const total = totalsOf(rowAt(record, 'thread_token_usage'))
  if (usage !== null)
    addCall(thread, `response ${rawAt(record, 'response_id') ?? String(total)}`, callOf(usage))
}

const difference = (total: Totals, before: Totals): Totals | null => {
  const [a, b, c, d, e, f] = total.map((value, index) => value - (before[index] ?? 0))
  const all = [a ?? 0, b ?? 0, c ?? 0, d ?? 0, e ?? 0, f ?? 0] satisfies Totals
  return all.some((value) => value < 0) ? null : all
}

/**
 * `token_count`: the difference of totals, since rows come twice (pitfall 11). The first total of a file may go on
 * from a parent's, so there, and after a reset, `last_token_usage` stands in. Returns the new total.
 */
export const readTokenCount = (
  thread: Thread,
  event: Row,
  before: Totals | null,
  records: boolean,
): Totals | null => {
  const info = rowAt(event, 'info')
  const total = totalsOf(rowAt(info, 'total_token_usage'))
  if (total === null || valueAt(event, 'info') === null) return before
  if (records) return total
  const last = totalsOf(rowAt(info, 'last_token_usage'))
  const step = (before === null ? null : difference(total, before)) ?? last ?? total
  if (before === null || String(before) !== String(total)) addCall(thread, `total ${total}`, callOf(step))
  return total
}
