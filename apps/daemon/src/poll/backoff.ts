const mostMs = 60_000

/**
 * When to ask next, ms from the end of this time. After success about `everyMs`, a tenth to either side, so that entries
 * drift apart; after `failures` in a row twice as long each time, up to a minute (or `everyMs`), in its upper half.
 */
export const nextPollMs = (everyMs: number, failures: number, random: () => number): number => {
  if (failures === 0) return Math.round(everyMs * (0.9 + random() / 5))
  const ceiling = Math.min(Math.max(mostMs, everyMs), everyMs * 2 ** Math.min(failures, 10))
  return Math.round(ceiling * (0.5 + random() / 2))
}

/** Before the first time, ms: entries of one config do not all begin at once, and none waits long. */
export const firstPollMs = (everyMs: number, index: number, count: number, random: () => number): number =>
  Math.round((Math.min(everyMs, 5000) * (index + random())) / Math.max(1, count))
