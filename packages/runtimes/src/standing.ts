import type { NodeContext, NodeReading, NodeStatus } from './node-status.ts'
import { label } from './row.ts'
import { scrub } from './scrub.ts'

/** A status of which nothing is known yet. */
export const blankStatus = (runtime: string): NodeStatus => ({
  runtime,
  liveness: 'unreadable',
  livenessReason: null,
  aliveMs: null,
  ttlMs: 60_000,
  health: 'unknown',
  healthReason: null,
  ready: null,
  version: null,
  uptimeMs: null,
  memoryBytes: null,
  memoryLimitBytes: null,
  components: [],
  machine: null,
  readings: [],
  sessions: [],
  native: null,
})

/** Evidence that cannot be believed: nothing else it says is repeated, and older values are not kept in its place. */
export const unreadable = (runtime: string, reason: string): NodeStatus => ({
  ...blankStatus(runtime),
  livenessReason: label(reason, 300),
})

/**
 * Nobody answered. Whoever spoke within `ttlMs` is still running, later it is stale, with what it last said; whoever
 * never spoke is unreadable: an address that is wrong cannot be told from a runtime that is down.
 */
export const outOfReach = (
  runtime: string,
  reason: string,
  { nowMs, lastGoodMs, last }: NodeContext,
  ttlMs = 60_000,
): NodeStatus => {
  if (lastGoodMs === null) return unreadable(runtime, `never answered: ${reason}`)
  const base = last?.runtime === runtime && last.liveness !== 'unreadable' ? last : blankStatus(runtime)
  const stale = nowMs - lastGoodMs >= ttlMs
  return {
    ...base,
    liveness: stale ? 'stale' : 'running',
    livenessReason: label(`no answer since ${moment(lastGoodMs)}: ${reason}`, 300),
    aliveMs: lastGoodMs,
    ttlMs,
    ready: stale ? false : base.ready,
    sessions: [],
  }
}

/** `2026-03-02 09:08:20 UTC`. */
export const moment = (ms: number): string =>
  new Date(Math.min(Math.max(ms, 0), 8.64e15))
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')

export const reading = (
  atMs: number,
  name: string,
  value: NodeReading['value'],
  unit: string | null = null,
  source: NodeReading['source'] = 'reported',
): NodeReading => ({ name, value, unit, source, atMs })

/** Free text of a runtime: scrubbed before it is cut, so that no half of a secret stays; one line, at most `max` units. */
export const words = (value: string | null | undefined, max = 300): string | null =>
  typeof value === 'string' ? label(scrub(value.slice(0, max * 4)), max) : null
