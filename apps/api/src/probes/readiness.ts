import type { Check } from '@watchbill/contract/probes'
import type { Deps } from '../deps.ts'
import { createLookout } from './checks.ts'

export interface Readiness {
  /** One result per check, none older than a second; takes at most about a second itself, whatever the database does. */
  observe(): Promise<Check[]>
}

interface Look {
  readonly at: number
  readonly checks: readonly Check[]
}

const freshMs = 1000
/** Pause between background looks: with a second of patience for each, the truth is out in 1.5 s. */
const pauseMs = 500
/** Background looks go on this long after somebody last asked. */
const interestMs = 60_000

/** On Node looks go on in the background while somebody asks; at the edge, which has none, each stale answer looks anew. */
export const createReadiness = (deps: Deps): Readiness => {
  const lookAtAll = createLookout(deps)
  let latest: Look | null = null
  let running: Promise<Look> | null = null
  let askedAt = 0
  let timer: ReturnType<typeof setTimeout> | null = null

  const look = async (): Promise<Look> => {
    const checks = await lookAtAll()
    latest = { at: performance.now(), checks }
    return latest
  }
  // A worker may not await another request's I/O, so only a process of our own shares one look.
  const shared = (): Promise<Look> => {
    if (deps.config.runtime === 'edge') return look()
    running ??= look().finally(() => {
      running = null
    })
    return running
  }
  const again = () => {
    timer = null
    if (performance.now() - askedAt < interestMs) void shared().then(schedule)
  }
  const schedule = () => {
    if (deps.config.runtime === 'edge' || timer !== null) return
    timer = setTimeout(again, pauseMs)
    if (typeof timer === 'object') timer.unref()
  }
  return {
    async observe() {
      askedAt = performance.now()
      const fresh = latest !== null && askedAt - latest.at <= freshMs ? latest : await shared()
      schedule()
      const now = performance.now()
      return fresh.checks.map((check) => ({ ...check, ageMs: Math.round(now - fresh.at) }))
    },
  }
}
