import type { AuditEntry, SignedCheckpoint, Total } from '@watchbill/contract/audit'
import { readEntriesAt } from '../audit/entries-store.ts'
import { viewEntry } from '../audit/entry-view.ts'
import { readLogOrEmpty } from '../log/store.ts'
import { viewCheckpoint } from '../log/views.ts'
import { askIndex, type SearchDeps } from './ask.ts'
import { digestOfQuery, formatCursor, type Key, type Position, parseCursor } from './cursor.ts'
import { readPage } from './page.ts'
import { readQuestion } from './question.ts'

interface Listing {
  readonly entries: AuditEntry[]
  readonly size: number
  readonly checkpoint: SignedCheckpoint | null
  readonly proof: null
  readonly nextCursor: string | null
  readonly previousCursor: string | null
  readonly total: Total
  readonly indexed: number
}

const defaultLimit = 50

/** Entries that answer a query, a page at a time. Throws Fault `invalid_request`, `invalid_cursor`, `too_costly`. */
export const searchEntries = async (
  deps: SearchDeps,
  workspace: string,
  asked: { readonly q: string; readonly cursor?: string | undefined; readonly limit?: string | undefined },
  now: number,
): Promise<Listing> => {
  const digest = await digestOfQuery(workspace, asked.q)
  const position = asked.cursor === undefined ? null : parseCursor(asked.cursor, digest)
  const since = position?.now ?? now
  const query = await readQuestion(deps, workspace, asked.q, since)
  const search = await askIndex(deps, workspace, query)
  const page = await readPage(search, query.sort, Number(asked.limit ?? defaultLimit), position)
  const [rows, { size, checkpoint }] = await Promise.all([
    readEntriesAt(
      search.db,
      workspace,
      page.keys.map(({ seq }) => seq),
    ),
    readLogOrEmpty(search.db, workspace),
  ])
  const cursor = (to: Position['to'], key: Key | undefined) =>
    key === undefined ? null : formatCursor({ now: since, key, to, total: page.total }, digest)
  const atEnd = !page.more && position?.to !== 'previous'
  const atStart = position === null && query.sort === 'oldest'
  return {
    entries: rows.map((row) => viewEntry(row, false)),
    size,
    checkpoint: viewCheckpoint(checkpoint),
    proof: null,
    nextCursor: atEnd ? null : cursor('next', page.keys.at(-1)),
    previousCursor: atStart ? null : cursor('previous', page.keys[0]),
    total: page.total,
    indexed: search.below,
  }
}
