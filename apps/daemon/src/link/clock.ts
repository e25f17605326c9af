/** Time as the link needs it: `wall` for what is said, `elapsedMs` for waiting; a clock set anew moves only the first. */
export interface Clock {
  wall(): number
  /** ms since some moment; never goes backwards. */
  elapsedMs(): number
  /** Resolves after `ms`, or as soon as the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  wall: Date.now,
  elapsedMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve()
      const ended = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', ended)
        resolve()
      }
      const timer = setTimeout(ended, ms)
      signal.addEventListener('abort', ended)
    }),
}
