import type { AuditEntry } from '@watchbill/contract/audit'
import { type AuditQuery, formatQuery } from '@watchbill/contract/audit-query'
import { Fault } from '@watchbill/contract/fault'
import { base64url } from '@watchbill/ledger'
import { viewEntry } from '../audit/entry-view.ts'
import { catchUp, readEntriesAt, readQuestion, scanMatches } from '../audit-search/search.ts'
import type { Deps } from '../deps.ts'
import type { CallContext } from '../http/handler.ts'
import { instant } from '../identity/instant.ts'
import { readKeys, readLogOrEmpty } from '../log/store.ts'
import { csvText } from './csv.ts'
import { jsonText } from './jsonl.ts'
import { createPlaces, type Places } from './places.ts'

export type ExportFormat = 'csv' | 'jsonl'

export interface Export {
  readonly count: number
  /** Piece by piece; nothing is read before it is asked for. */
  readonly text: AsyncGenerator<string>
}

/**
 * Every entry that answers a query, oldest first, as of now: which they are is settled here and on record before the first
 * byte is made. Throws Fault `invalid_request`, `too_costly`, `conflict`, `unavailable`.
 */
export const openExport = async (
  deps: Deps,
  context: CallContext,
  q: string | undefined,
  format: ExportFormat,
): Promise<Export> => {
  const { workspace, now } = context
  const query = await readQuestion(deps, workspace, q, now)
  const size = await freeze(deps, workspace)
  const places = createPlaces(size)
  for await (const seqs of scanMatches(deps, workspace, query, { from: 0, below: size }))
    for (const seq of seqs) places.add(seq)
  const text = await openText(deps, context, format, places, formatQuery(query))
  await recordExport(deps, context, { count: places.count, format, size }, query)
  return { count: places.count, text }
}

/** Longer than this nobody waits for an index that is being built, ms. */
const patienceMs = 10_000

/** Entries in the log by now, all of them indexed: an export that silently ended earlier would pass for whole. */
const freeze = async (deps: Deps, workspace: string): Promise<number> => {
  const started = performance.now()
  const first = await catchUp(deps, workspace)
  let { indexed } = first
  while (indexed < first.size) {
    if (performance.now() - started > patienceMs) throw stillIndexing(indexed, first.size)
    indexed = (await catchUp(deps, workspace)).indexed
  }
  return first.size
}

const stillIndexing = (indexed: number, size: number) =>
  new Fault('unavailable', `The index is being built: ${indexed} of ${size} entries are in it.`, {
    mend: 'Ask again in a minute.',
    retryAfterSeconds: 30,
  })

/** Rows held in memory at a time. */
const entriesPerBatch = 100

async function* readBatches(deps: Deps, workspace: string, places: Places): AsyncGenerator<AuditEntry[]> {
  for (const seqs of places.batches(entriesPerBatch)) {
    const rows = await readEntriesAt(deps.dbFor(workspace), workspace, seqs)
    // Content stays hidden: reading it is one entry at a time, and an entry of its own.
    yield rows.map((row) => viewEntry(row, false))
  }
}

const openText = async (
  deps: Deps,
  { workspace, now }: CallContext,
  format: ExportFormat,
  places: Places,
  query: string,
): Promise<AsyncGenerator<string>> => {
  const db = deps.dbFor(workspace)
  const { origin, checkpoint } = await readLogOrEmpty(db, workspace)
  const batches = readBatches(deps, workspace, places)
  if (format === 'csv') return csvText(db, workspace, batches, checkpoint?.size ?? 0)
  if (origin === null || checkpoint === null) throw unsealed()
  const keys = (await readKeys(db, workspace)).map(({ vkey }) => vkey)
  const { note, size } = checkpoint
  const subject = { origin, query, checkpoint: note, size, keys, createdAt: instant(now) }
  return jsonText(db, workspace, batches, subject, places.count)
}

const unsealed = () =>
  new Fault('conflict', 'The log has no checkpoint yet, so nothing could prove the export.', {
    mend: 'Ask again once it is sealed (GET /v1/audit/log says why when it is not), or ask for format=csv.',
  })

/** The query may quote what agents said, so the entry holds its digest. */
const recordExport = async (
  { record }: Deps,
  { workspace, actor, request }: CallContext,
  facts: { readonly count: number; readonly format: ExportFormat; readonly size: number },
  query: AuditQuery,
): Promise<void> => {
  // Nothing is read out by asking for the headers alone.
  if (request.method === 'HEAD') return
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(formatQuery(query)))
  const by = { kind: actor.kind, id: actor.id }
  const data = { ...facts, query: base64url.encode(new Uint8Array(digest)) }
  await record({ type: 'entries.exported', workspace, actor: by, data })
}
