interface Offset {
  /** Server clock minus browser clock, ms. */
  readonly offsetMs: number
  /** Browser clock when this was learnt. */
  readonly at: number
}

const keepMs = 60_000

/**
 * A reply is always a little old, so the largest difference seen lately is nearest the truth.
 * A difference older than a minute, or one that jumped (a laptop woke up), is replaced.
 */
export function nextOffset(current: Offset | null, serverMs: number, browserMs: number): Offset {
  const sample = { offsetMs: serverMs - browserMs, at: browserMs }
  if (current === null || browserMs - current.at > keepMs || browserMs < current.at) return sample
  if (Math.abs(sample.offsetMs - current.offsetMs) > 2_000) return sample
  return sample.offsetMs > current.offsetMs ? sample : current
}

let offset: Offset | null = null

/** Feeds the clock with a `now` field of a reply (RFC 3339). */
export function learnServerTime(now: string) {
  offset = nextOffset(offset, Date.parse(now), Date.now())
}

/** The server's time by the browser's clock, ms. */
export function serverNow(): number {
  return Date.now() + (offset?.offsetMs ?? 0)
}

/** True once a row's `staleAt` has passed by the server's clock: no request needed. */
export function isPast(staleAt: string | null, now: number): boolean {
  return staleAt !== null && Date.parse(staleAt) <= now
}
