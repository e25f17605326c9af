import type { AuditQuery } from '@watchbill/contract/audit-query'
import { viewEntry } from '../audit/entry-view.ts'
import { catchUp } from '../audit-index/follower.ts'
import { readEntriesAt, scanMatches } from '../audit-search/search.ts'
import type { Deps } from '../deps.ts'
import { instant } from '../identity/instant.ts'
import { formatEvent } from '../stream/event.ts'
import type { Frame } from '../stream/frame.ts'

/** Entries in one frame at most. */
const entriesPerFrame = 500
/** Places examined for one frame at most: a reader far behind is still asked for its credential in time. */
const placesPerFrame = 65_536

/** What answers the query behind `after`, the last place that was examined. Content stays hidden. */
export const readTail = async (
  deps: Deps,
  workspace: string,
  query: AuditQuery,
  after: number,
): Promise<Frame> => {
  const { indexed, size } = await catchUp(deps, workspace)
  // Only a log that was restored, or another one, ends before a place it gave out.
  if (after >= size) return resetFrame(size - 1, deps.now())
  const from = after + 1
  const below = Math.min(indexed, from + placesPerFrame)
  if (from >= below) return { kind: 'none' }
  const seqs = await takeMatches(scanMatches(deps, workspace, query, { from, below }))
  const shown = seqs.slice(0, entriesPerFrame)
  const seq = seqs.length > shown.length ? (shown.at(-1) ?? after) : below - 1
  const more = seq < indexed - 1
  if (shown.length === 0) return { kind: 'told', seq, bytes: null, more }
  const rows = await readEntriesAt(deps.dbFor(workspace), workspace, shown)
  const entries = rows.map((row) => viewEntry(row, false))
  return { kind: 'told', seq, bytes: formatEvent('entries', seq, { entries, indexed }), more }
}

/** One more than fits a frame at least, where there are so many. */
const takeMatches = async (found: AsyncIterable<number[]>): Promise<number[]> => {
  const seqs: number[] = []
  for await (const batch of found) {
    for (const seq of batch) seqs.push(seq)
    if (seqs.length > entriesPerFrame) break
  }
  return seqs
}

const resetFrame = (seq: number, now: number): Frame => {
  const bytes = formatEvent('reset', seq, { now: instant(now), seq })
  return { kind: 'told', seq, bytes, more: false }
}
