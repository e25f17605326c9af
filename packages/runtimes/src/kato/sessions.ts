import type { NodeSession, NodeStatus } from '../node-status.ts'
import { instantAt, isRow, labelAt, type Row, rowAt, valueAt } from '../row.ts'

const freshMs = 5 * 60_000
const abandonedMs = 24 * 3_600_000

export interface KatoSessions {
  readonly list: readonly NodeSession[]
  readonly figures: readonly (readonly [name: string, value: number])[]
}

/**
 * Kato freezes `stale` when it writes, so it is computed anew: stale is a last message more than 5 minutes old, or none.
 * The rows of a daemon that is not running are history, whatever they say.
 */
export const katoSessions = (
  rows: unknown,
  liveness: NodeStatus['liveness'],
  nowMs: number,
): KatoSessions => {
  if (!Array.isArray(rows)) return { list: [], figures: [] }
  const seen = new Map<string, NodeSession>()
  let stale = 0
  for (const row of rows.filter(isRow).sort(byDisplay)) {
    const session = sessionOf(row, liveness, nowMs)
    if (session === null || seen.has(session.nativeId)) continue
    seen.set(session.nativeId, session)
    if (isStale(row, nowMs)) stale += 1
  }
  const figures = liveness === 'stopped' ? [] : ([['stale sessions', stale]] as const)
  return { list: [...seen.values()], figures }
}

/** Exactly 5 minutes is still fresh (strict comparison, reference §1.2). */
const isStale = (row: Row, nowMs: number): boolean => {
  const messageMs = instantAt(row, 'lastMessageAt')
  return messageMs === null || nowMs - messageMs > freshMs
}

/** Kato's own order: sessions with a recording first, then the latest activity. */
const byDisplay = (a: Row, b: Row): number =>
  Number(isRow(valueAt(b, 'recording'))) - Number(isRow(valueAt(a, 'recording'))) ||
  (activityMs(b) ?? 0) - (activityMs(a) ?? 0)

const activityMs = (row: Row): number | null => instantAt(row, 'lastMessageAt') ?? instantAt(row, 'updatedAt')

const sessionOf = (row: Row, liveness: NodeStatus['liveness'], nowMs: number): NodeSession | null => {
  const nativeId = labelAt(row, 'sessionId', 200)
  if (nativeId === null) return null
  const messageMs = instantAt(row, 'lastMessageAt')
  const over = liveness === 'stopped' || nowMs - (activityMs(row) ?? nowMs) >= abandonedMs
  const working = !over && messageMs !== null
  return {
    nativeId,
    // A message within 5 minutes is all Kato knows of work; past them the fleet shows the session as stale.
    state: over ? 'ended' : working ? 'working' : 'idle',
    source: 'inferred',
    staleAfterMs: working ? freshMs + 1 : null,
    sinceMs: null,
    startedMs: instantAt(rowAt(row, 'recording'), 'startedAt'),
    lastActivityMs: activityMs(row),
    entrypoint: labelAt(row, 'provider', 60),
    permissionMode: null,
    tool: null,
    toolCalls: null,
    errors: null,
  }
}
