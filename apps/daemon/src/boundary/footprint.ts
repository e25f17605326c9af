/**
 * Flags and environment that keep a long-lived, mostly idle process small. It makes much short-lived garbage and must
 * not hold memory for it: small young generation, compact code and heap, no helper threads with arenas of their own.
 */
export const footprintFlags: readonly string[] = [
  '--max-semi-space-size=1',
  '--optimize-for-size',
  '--single-threaded-gc',
  '--v8-pool-size=0',
  '--expose-gc',
]

/** glibc keeps an arena per thread; each holds what its busiest moment took. Other systems do not read it. */
export const footprintEnv: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '1' }

const worthBytes = 4 * 1024 * 1024
let leftBytes = 0

/** Gives back what a burst of reading left behind, if there was one; without `--expose-gc` a no-op. */
export const releaseGarbage = (): void => {
  if (globalThis.gc === undefined || process.memoryUsage().heapTotal < leftBytes + worthBytes) return
  globalThis.gc()
  leftBytes = process.memoryUsage().heapTotal
}
