import { type AgentState, agentStates, type HistoryBucket } from '@watchbill/contract/agents'
import { Fault } from '@watchbill/contract/fault'
import type { Deps } from '../deps.ts'
import { instant } from '../identity/instant.ts'
import { type Before, type BucketRow, type HistoryWindow, readBefore, readBuckets } from './history-store.ts'
import { notFound } from './service.ts'

interface HistoryQuery {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly points?: string | undefined
}

const defaultSpanMs = 24 * 3_600_000
const defaultPoints = 96
const longestMs = 366 * 24 * 3_600_000

/** What the agent reported over time, in at most `points` steps. Throws Fault `invalid_request`, `not_found`. */
export const getAgentHistory = async (
  deps: Pick<Deps, 'dbFor'>,
  workspace: string,
  id: string,
  query: HistoryQuery,
  now: number,
): Promise<HistoryWindow & { buckets: HistoryBucket[] }> => {
  const window = readWindow(query, now)
  const db = deps.dbFor(workspace)
  const [before, rows] = await Promise.all([
    readBefore(db, workspace, id, window.from),
    readBuckets(db, workspace, id, window),
  ])
  if (before === null) throw notFound(id)
  return { ...window, buckets: fillBuckets(window, before, rows, now) }
}

const readWindow = (query: HistoryQuery, now: number): HistoryWindow => {
  const to = query.to === undefined ? now : Date.parse(query.to)
  const from = query.from === undefined ? to - defaultSpanMs : Date.parse(query.from)
  if (from >= to) throw badWindow('from must lie before to')
  if (to - from > longestMs) throw badWindow('from and to may lie at most 366 days apart')
  const points = query.points === undefined ? defaultPoints : Number(query.points)
  return { from, to, stepMs: Math.ceil((to - from) / points) }
}

const badWindow = (detail: string): Fault =>
  new Fault('invalid_request', `The time range cannot be used: ${detail}.`, {
    errors: [{ pointer: 'query.from', detail }],
  })

/**
 * One bucket per step. A snapshot vouches for its state until its ttl runs out or the next one comes: a step no
 * snapshot vouches for was not observed, rows or not, and a step without rows can be.
 */
const fillBuckets = (
  { from, to, stepMs }: HistoryWindow,
  before: Before,
  rows: readonly BucketRow[],
  now: number,
): HistoryBucket[] => {
  const byBucket = new Map(rows.map((row) => [row.bucket, row]))
  const steps = Math.ceil((to - from) / stepMs)
  let { rank, coveredUntil } = before
  return Array.from({ length: steps }, (_, index) => {
    const at = from + index * stepMs
    const row = byBucket.get(index)
    const carried = coveredUntil > at && at < now ? rank : null
    if (row) {
      rank = row.lastRank ?? rank
      coveredUntil = Math.max(coveredUntil, row.coveredUntil)
    }
    return toBucket(at, row, carried)
  })
}

const toBucket = (at: number, row: BucketRow | undefined, carried: number | null): HistoryBucket => {
  const ranks = [row?.worstRank ?? null, carried].filter((rank) => rank !== null)
  return {
    at: instant(at),
    observed: row !== undefined || carried !== null,
    state: ranks.length === 0 ? null : stateOf(Math.min(...ranks)),
    count: row?.count ?? 0,
    waiting: row?.waiting ?? null,
    working: row?.working ?? null,
    tokens: row?.tokens ?? null,
  }
}

const stateOf = (rank: number): AgentState | null => agentStates[rank] ?? null
