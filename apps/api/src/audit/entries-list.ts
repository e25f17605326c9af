import type { AuditEntry, RangeProof, SignedCheckpoint, Total } from '@watchbill/contract/audit'
import { Fault } from '@watchbill/contract/fault'
import type { ReadDb } from '../db/open.ts'
import type { Deps } from '../deps.ts'
import { formatHash, proveRange } from '../log/proofs.ts'
import { readLogOrEmpty, type StoredCheckpoint } from '../log/store.ts'
import { viewCheckpoint } from '../log/views.ts'
import { readEntryRows } from './entries-store.ts'
import { viewEntry } from './entry-view.ts'

export interface EntryQuery {
  readonly before?: string | undefined
  readonly from?: string | undefined
  readonly limit?: string | undefined
}

interface Page {
  readonly entries: AuditEntry[]
  readonly size: number
  readonly checkpoint: SignedCheckpoint | null
  readonly proof: RangeProof | null
  readonly nextCursor: null
  readonly previousCursor: null
  readonly total: Total
  readonly indexed: number
}

const defaultLimit = 50

/**
 * A page by place in the log, newest first. Places never move, so paging is stable whatever is appended meanwhile.
 * Throws Fault `invalid_request` for `before` together with `from`.
 */
export const listEntries = async (
  deps: Pick<Deps, 'dbFor'>,
  workspace: string,
  query: EntryQuery,
): Promise<Page> => {
  const db = deps.dbFor(workspace)
  const { size, checkpoint } = await readLogOrEmpty(db, workspace)
  const { from, to } = spanOf(query, size)
  const [rows, proof] = await Promise.all([
    from < to ? readEntryRows(db, workspace, from, to) : [],
    proveSpan(db, workspace, from, to, checkpoint),
  ])
  const entries = rows.map((row) => viewEntry(row, false))
  return {
    entries,
    size,
    checkpoint: viewCheckpoint(checkpoint),
    proof,
    nextCursor: null,
    previousCursor: null,
    total: { count: size, exact: true },
    // Places need no index.
    indexed: size,
  }
}

const spanOf = (query: EntryQuery, size: number): { from: number; to: number } => {
  const limit = Number(query.limit ?? defaultLimit)
  if (query.from === undefined) {
    const to = Math.min(Number(query.before ?? size), size)
    return { from: Math.max(0, to - limit), to }
  }
  if (query.before === undefined) {
    const from = Math.min(Number(query.from), size)
    return { from, to: Math.min(from + limit, size) }
  }
  throw new Fault('invalid_request', 'before and from page in opposite directions; give one of them', {
    errors: [{ pointer: 'query.from', detail: 'not together with before' }],
  })
}

/** Of the span as it was asked for, not of the rows that came: a row that is missing shows. */
const proveSpan = async (
  db: ReadDb,
  workspace: string,
  from: number,
  to: number,
  checkpoint: StoredCheckpoint | null,
): Promise<RangeProof | null> => {
  const size = checkpoint?.size ?? 0
  const end = Math.min(to, size)
  if (from >= end) return null
  const hashes = await proveRange(db, workspace, from, end, size)
  return { from, to: end, size, hashes: hashes.map(formatHash) }
}
