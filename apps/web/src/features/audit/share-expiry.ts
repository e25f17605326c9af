import { shareDefaultMs, shareLongestMs } from '@watchbill/contract/shares'
import { parseWall } from './wall-time.ts'

const dayMs = 86_400_000

/** How long a link may live, in words; null asks for a date. */
export const lives = [
  ['1 day', dayMs],
  ['7 days', shareDefaultMs],
  ['30 days', 30 * dayMs],
  ['until a date', null],
] as const
export type Life = (typeof lives)[number][0]

export interface Lifetime {
  readonly life: Life
  /** `2026-11-27`, or what was typed so far. */
  readonly date: string
}

export const usualLife: Life = '7 days'

/**
 * When it ends, ms; null while the date is none, has passed or lies too far ahead. A date means the whole of that day
 * where the reader is; `zone` is an IANA name.
 */
export function expiryOf({ life, date }: Lifetime, now: number, zone: string): number | null {
  const span = lives.find(([word]) => word === life)?.[1] ?? null
  if (span !== null) return now + span
  const end = endOfDay(date, zone)
  return end === null || end <= now || end > now + shareLongestMs ? null : end
}

/** Midnight after `date` in `zone`. */
function endOfDay(date: string, zone: string): number | null {
  const next = Date.parse(`${date}T00:00:00Z`) + dayMs
  return Number.isFinite(next) ? parseWall(new Date(next).toISOString(), zone) : null
}
