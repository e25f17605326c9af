import { type AuditQuery, formatQuery, headerOnly } from '@watchbill/contract/audit-query'
import { Fault } from '@watchbill/contract/fault'
import { type ShareScope, shareMost } from '@watchbill/contract/shares'
import { catchUp, collectMatches, readQuestion } from '../audit-search/search.ts'
import type { Deps } from '../deps.ts'
import { type LogState, readLogOrEmpty, type StoredCheckpoint } from '../log/store.ts'
import { sealIfStale } from '../seal/lazy.ts'

/** What a link shows, settled once and for all. */
export interface Scope {
  /** With names resolved to ids; '' for none. */
  readonly q: string
  /** What entries of a range are told in full; null: all of them. */
  readonly asked: AuditQuery | null
  readonly range: { readonly from: number; readonly to: number } | null
  /** Every place it speaks of, ascending. */
  readonly places: readonly number[]
  /** The newest checkpoint: nothing at its size or above is in scope. */
  readonly frozen: Frozen
}

export interface Frozen extends StoredCheckpoint {
  readonly origin: string
  readonly epoch: number
}

/**
 * Freezes a scope at the newest checkpoint. Throws Fault `invalid_request` for one that is empty, too large or asks what a
 * visitor could not check; `conflict` while something in it is pending.
 */
export const settleScope = async (
  deps: Deps,
  workspace: string,
  scope: ShareScope,
  now: number,
): Promise<Scope> => {
  await sealIfStale(deps, workspace)
  const log = await readLogOrEmpty(deps.dbFor(workspace), workspace)
  const frozen = freeze(log)
  if (scope.kind === 'range') {
    // The contract asks for both.
    const { from = 0, to = 0 } = scope
    requireSpan({ from, to }, log.size, frozen.size)
    const query = await readQuestion(deps, workspace, scope.q, now)
    requireHeaderOnly(query)
    const places = Array.from({ length: to - from }, (_, index) => from + index)
    return { q: textOf(query), asked: query.where && query, range: { from, to }, places, frozen }
  }
  if (scope.seqs !== undefined) {
    const places = [...new Set(scope.seqs)].sort((left, right) => left - right)
    requirePlace(places.at(-1) ?? 0, log.size, frozen.size, '/scope/seqs')
    return { q: '', asked: null, range: null, places, frozen }
  }
  const query = await readQuestion(deps, workspace, scope.q, now)
  await untilIndexed(deps, workspace, frozen.size)
  const places = await collectMatches(deps, workspace, query, { below: frozen.size, most: shareMost + 1 })
  if (places.length > shareMost) throw tooMany('/scope/q', `more than ${shareMost} entries answer`)
  return { q: textOf(query), asked: null, range: null, places, frozen }
}

/** Throws Fault `invalid_request` for a scope without an entry; a preview may say 0. */
export const requireEntries = ({ places }: Scope): void => {
  if (places.length > 0) return
  throw invalid('/scope', 'nothing answers, so a link would show nothing', 'Ask for something else.')
}

/** A share lists its entries in the order of the log, whatever they were sorted by. */
const textOf = ({ where }: AuditQuery): string => formatQuery({ where, sort: 'newest' })

const freeze = ({ origin, epoch, checkpoint }: LogState): Frozen => {
  if (origin === null || checkpoint === null) throw pending('The log has no checkpoint yet.')
  return { ...checkpoint, origin, epoch }
}

const requireSpan = (
  { from, to }: { readonly from: number; readonly to: number },
  size: number,
  sealed: number,
): void => {
  if (from >= to) throw invalid('/scope/to', 'to must be above from')
  if (to - from > shareMost) throw tooMany('/scope/to', `these are ${to - from} entries`)
  requirePlace(to - 1, size, sealed, '/scope/to')
}

const requirePlace = (seq: number, size: number, sealed: number, pointer: string): void => {
  if (seq >= size) throw invalid(pointer, `the log has no entry ${seq} yet`)
  if (seq >= sealed) throw pending(`Entry ${seq} is pending: no checkpoint covers it yet.`)
}

/** A visitor has headers and places, so that is what a range may be filtered by (SECURITY "Range scope"). */
const requireHeaderOnly = (query: AuditQuery): void => {
  const errors = headerOnly(query).map(({ field, span }) => ({
    pointer: `query.q:${span.from}-${span.to}`,
    detail:
      field === 'text'
        ? 'a range is filtered by headers and places; free text looks in payloads'
        : `a range is filtered by headers and places; ${field} is neither`,
  }))
  const [first] = errors
  if (first === undefined) return
  throw new Fault('invalid_request', `The visitor could not run this filter again: ${first.detail}.`, {
    mend: 'Leave it out, or share what answers the query as a selection.',
    errors,
  })
}

/** Longer than this nobody waits for an index that is being built, ms. */
const patienceMs = 10_000

/** What answers is what answers: a share that silently ended where the index does would pass for whole. */
const untilIndexed = async (deps: Deps, workspace: string, size: number): Promise<void> => {
  const { indexed } = await catchUp(deps, workspace, patienceMs)
  if (indexed >= size) return
  throw new Fault('unavailable', `The index is being built: ${indexed} of ${size} entries are in it.`, {
    mend: 'Ask again in a minute.',
    retryAfterSeconds: 30,
  })
}

const tooMany = (pointer: string, detail: string): Fault =>
  invalid(
    pointer,
    `${detail}; a link shows at most ${shareMost}`,
    'Narrow it, or hand out an export (GET /v1/audit/export).',
  )

const invalid = (pointer: string, detail: string, mend?: string): Fault =>
  new Fault('invalid_request', `${pointer}: ${detail}`, {
    errors: [{ pointer, detail }],
    ...(mend === undefined ? {} : { mend }),
  })

const pending = (detail: string): Fault =>
  new Fault('conflict', detail, {
    mend: 'Ask again in a second; GET /v1/audit/log says why when sealing stands still.',
    retryAfterSeconds: 1,
  })
