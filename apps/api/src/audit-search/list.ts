import type { AuditEntry, SignedCheckpoint, Total } from '@watchbill/contract/audit'
import { type EntryRow, readEntriesAt } from '../audit/entries-store.ts'
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

interface Asking {
  readonly q: string
  readonly cursor?: string | undefined
  readonly limit?: string | undefined
}

/** Entries that answer a query, a page at a time. Throws Fault `invalid_request`, `invalid_cursor`, `too_costly`. */
export const searchEntries = async (
  deps: SearchDeps,
  workspace: string,
  asked: Asking,
  now: number,
): Promise<Listing> => {
  const { rows, ...found } = await findEntries(deps, workspace, asked, now)
  const { size, checkpoint } = await readLogOrEmpty(deps.dbFor(workspace), workspace)
  const entries = rows.map((row) => viewEntry(row, false))
  return { entries, size, checkpoint: viewCheckpoint(checkpoint), proof: null, ...found }
}

type Found = Pick<Listing, 'nextCursor' | 'previousCursor' | 'total' | 'indexed'> & {
  readonly rows: EntryRow[]
}

/** The same as stored rows, without what opens their commitments. */
export const findEntries = async (
  deps: SearchDeps,
  workspace: string,
  asked: Asking,
  now: number,
): Promise<Found> => {
  const digest = await digestOfQuery(workspace, asked.q)
  const position = asked.cursor === undefined ? null : parseCursor(asked.cursor, digest)
  const since = position?.now ?? now
  const query = await readQuestion(deps, workspace, asked.q, since)
  const search = await askIndex(deps, workspace, query)
  const page = await readPage(search, query.sort, Number(asked.limit ?? defaultLimit), position)
  const seqs = page.keys.map(({ seq }) => seq)
  const cursor = (to: Position['to'], key: Key | undefined) =>
    key === undefined ? null : formatCursor({ now: since, key, to, total: page.total }, digest)
  const atEnd = !page.more && position?.to !== 'previous'
  const atStart = position === null && query.sort === 'oldest'
  return {
    rows: await readEntriesAt(search.db, workspace, seqs),
    nextCursor: atEnd ? null : cursor('next', page.keys.at(-1)),
    previousCursor: atStart ? null : cursor('previous', page.keys[0]),
    total: page.total,
    indexed: search.below,
  }
}
