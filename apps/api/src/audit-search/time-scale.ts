import type { Expr } from '@watchbill/contract/audit-query'
import { termsOf } from './mask.ts'

export interface TimeSpan {
  /** ms */
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Widths a person can read off an axis. */
const steps = [
  1,
  10,
  100,
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 30, 90, 365, 3650].map((n) => n * day),
]

/** The narrowest round width that needs at most `buckets` for `lengthMs`; one more may be cut by the borders. */
export const stepFor = (lengthMs: number, buckets: number): number =>
  steps.find((step) => lengthMs / step <= buckets - 1) ?? Math.ceil(lengthMs / buckets / day) * day

/** Where every answer has to lie, by what the query says of time; null where it says nothing. */
export const timeBounds = (where: Expr | null): { from: number | null; to: number | null } => {
  let [from, to]: (number | null)[] = [null, null]
  for (const term of termsOf(where)) {
    if (term.kind !== 'range' || term.field !== 'time') continue
    if (term.min !== null) from = Math.max(from ?? term.min, term.min)
    if (term.max !== null) to = Math.min(to ?? term.max, term.max)
  }
  return { from: from ?? null, to: to ?? null }
}

/** A sample is enough to see where nearly all of it lies. */
const sampled = 2048

/**
 * What to draw: the span the query names, else where the answers lie. A clock that is years off would leave one bar at each
 * end, so without a named span a few strays are left outside (and counted there).
 */
export const drawnSpan = (
  times: Float64Array,
  bounds: { from: number | null; to: number | null },
  now: number,
): TimeSpan | null => {
  const held = core(times)
  const from = bounds.from ?? held?.from ?? null
  const to = bounds.to ?? (bounds.from === null ? (held?.to ?? null) : Math.max(now, held?.to ?? now))
  return from === null || to === null || from >= to ? held : { from, to }
}

const core = (times: Float64Array): TimeSpan | null => {
  const step = Math.max(1, Math.floor(times.length / sampled))
  const sample: number[] = []
  for (let at = 0; at < times.length; at += step) {
    const time = times[at]
    if (time !== undefined && !Number.isNaN(time)) sample.push(time)
  }
  sample.sort((left, right) => left - right)
  const [low, high] = [sample[Math.floor(sample.length * 0.01)], sample[Math.ceil(sample.length * 0.99) - 1]]
  if (low === undefined || high === undefined) return null
  const reach = Math.max(high - low, minute) * 3
  let [from, to] = [low, high]
  for (const time of times) {
    if (time >= low - reach && time < from) from = time
    if (time <= high + reach && time > to) to = time
  }
  return { from, to: to + 1 }
}
