import type { AuditEntry, RangeProof } from '@watchbill/contract/audit'
import { type ReadHeader, readHeader } from './entry-header.ts'

/** One place of the log; `entry` is null where the server has none to show. */
export interface AuditRow {
  readonly seq: number
  readonly entry: AuditEntry | null
  readonly header: ReadHeader | null
}

/** Which page of the log: the entries below `before`, or those from `from` on; neither is the newest. */
export interface PageParam {
  readonly before?: number
  readonly from?: number
}

export interface AuditPage {
  /** Newest first, without a gap: what is missing is a row too. */
  readonly rows: readonly AuditRow[]
  readonly size: number
  /** Entries below this place can be searched. */
  readonly indexed: number
  /** Size of the newest checkpoint when the page was read. */
  readonly sealed: number
  readonly proof: RangeProof | null
}

export const pageSize = 100

/** A page of a query, in its order; between its rows anything may stand. */
export interface QueryPage {
  readonly rows: readonly AuditRow[]
  readonly size: number
  /** How many answer; not exact where the search ended with the page. */
  readonly total: { readonly count: number; readonly exact: boolean }
  /** Entries below this place were searched. */
  readonly indexed: number
  readonly nextCursor: string | null
}

export const toRow = (entry: AuditEntry): AuditRow => ({
  seq: entry.seq,
  entry,
  header: readHeader(entry.header),
})

export const toQueryPage = ({
  entries,
  ...page
}: Omit<QueryPage, 'rows'> & { readonly entries: readonly AuditEntry[] }): QueryPage => ({
  rows: entries.map(toRow),
  size: page.size,
  total: page.total,
  indexed: page.indexed,
  nextCursor: page.nextCursor,
})

interface Reply {
  readonly indexed: number
  readonly entries: readonly AuditEntry[]
  readonly size: number
  readonly checkpoint: { readonly size: number } | null
  readonly proof: RangeProof | null
}

/** The rows that should have come, whatever came: a server that leaves one out does not make the list shorter. */
export function toPage({ entries, size, checkpoint, proof, indexed }: Reply, param: PageParam): AuditPage {
  const { from, to } = spanOf(param, size)
  const found = new Map(entries.map((entry) => [entry.seq, entry]))
  const rows = Array.from({ length: to - from }, (_, index) => {
    const seq = to - 1 - index
    const entry = found.get(seq)
    return entry === undefined ? { seq, entry: null, header: null } : toRow(entry)
  })
  return { rows, size, indexed, sealed: checkpoint?.size ?? 0, proof }
}

/** `from` included, `to` not. */
function spanOf({ before, from }: PageParam, size: number): { from: number; to: number } {
  if (from !== undefined) return { from: Math.min(from, size), to: Math.min(from + pageSize, size) }
  const to = Math.min(before ?? size, size)
  return { from: Math.max(0, to - pageSize), to }
}

/** The page with entry `seq` in its upper part; the newest where there is none. */
export const pageAround = (seq: number | null): PageParam =>
  seq === null || seq < 0 ? {} : { before: seq + 1 + pageSize / 4 }

/** Towards the beginning; undefined at entry 0. */
export function olderThan({ rows }: AuditPage): PageParam | undefined {
  const last = rows.at(-1)
  return last === undefined || last.seq === 0 ? undefined : { before: last.seq }
}

/** Towards the end; undefined when `size` has no newer one. */
export function newerThan({ rows }: AuditPage, size: number): PageParam | undefined {
  const [first] = rows
  return first === undefined || first.seq + 1 >= size ? undefined : { from: first.seq + 1 }
}
