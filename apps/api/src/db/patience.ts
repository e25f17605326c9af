import { isBusy, unavailable } from './failure.ts'

/** How long a write waits for other processes' locks before it gives up, ms. */
const busyBudgetMs = 10_000

/** Tries again, with jitter, while another process holds the write lock; for ten seconds at most. */
export const retryBusy = async <T>(work: () => T | Promise<T>): Promise<T> => {
  const giveUpAt = performance.now() + busyBudgetMs
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAt) throw error
      await pause(Math.random() * Math.min(5 * 2 ** attempt, 200))
    }
  }
}

/** Rejects with Fault('unavailable') when the work takes longer than `limitMs`. The work itself is not stopped. */
export const withDeadline = async <T>(work: Promise<T>, limitMs: number, what: string): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable(`${what} took longer than ${limitMs} ms.`)), limitMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** ms */
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
