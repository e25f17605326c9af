export interface Rate {
  /** Tokens that come back per second. */
  readonly perSecond: number
  /** Tokens a rested bucket holds. */
  readonly burst: number
}

export interface Limiter {
  /** Takes one token. Returns 0 when there was one, else the whole seconds until there will be. */
  take(key: string, nowMs: number): number
}

/** Token buckets by key. Holds at most `maxKeys` of them: the longest untouched goes first, a full bucket's loss costs nothing. */
export const createLimiter = (rate: Rate, maxKeys = 10_000): Limiter => {
  const buckets = new Map<string, { tokens: number; atMs: number }>()
  return {
    take(key, nowMs) {
      const known = buckets.get(key)
      // A clock set back must not drain a bucket.
      const elapsedMs = known ? Math.max(0, nowMs - known.atMs) : 0
      const tokens = Math.min(rate.burst, (known?.tokens ?? rate.burst) + (elapsedMs / 1000) * rate.perSecond)
      buckets.delete(key)
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: nowMs })
      if (buckets.size > maxKeys) forgetOldest(buckets)
      return tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / rate.perSecond))
    },
  }
}

const forgetOldest = (buckets: Map<string, unknown>): void => {
  for (const key of buckets.keys()) {
    buckets.delete(key)
    return
  }
}
