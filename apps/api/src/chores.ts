import type { Deps } from './deps.ts'
import { prune } from './retention/prune.ts'

const firstMs = 60_000
const everyMs = 3_600_000

/** Housekeeping of a process of our own, once an hour; a failed round is logged and the next one tries again. */
export const startChores = (deps: Deps): void => {
  const round = async () => {
    try {
      const removed = await prune(deps, deps.now())
      deps.log({ level: 'info', msg: 'pruned', ...removed })
    } catch (error) {
      deps.log({
        level: 'warn',
        msg: 'not pruned',
        error: error instanceof Error ? error.message : 'unknown',
      })
    }
    if (deps.stopping?.aborted !== true) setTimeout(round, everyMs).unref()
  }
  setTimeout(round, firstMs).unref()
}
