import { base64, decodeHash } from '../base64.ts'
import { type DisclosedEntry, hasClaims } from './disclosure.ts'
import { hasNames, isCount, isList, isRecord, isText } from './json-shape.ts'

/** The first line of an export (JSONL): what it holds, and the tree that proves it. */
export interface ExportHead {
  /** C2SP origin. */
  readonly origin: string
  /** The query it came from, names resolved to ids; '' for everything. */
  readonly query: string
  /** Of the checkpoint. */
  readonly size: number
  /** Entry lines, pending ones included. */
  readonly count: number
  /** Signed note. */
  readonly checkpoint: string
  /** Verifier keys offered by the operator, oldest first. */
  readonly keys: readonly string[]
  /** RFC 3339, UTC, milliseconds. */
  readonly createdAt: string
}

export interface ExportedEntry extends Omit<DisclosedEntry, 'leaf'> {
  /** RFC 3339; by the control plane's clock, and proven by nothing. */
  readonly receivedAt: string
  /** Who may write as its producer, as the control plane says. */
  readonly owner: string
  /** True at or above the size of the checkpoint, where nothing proves it yet; else false or not there. */
  readonly pending?: boolean
}

/** Each kind of line as it is read; null stands for what is none. */
export type ExportLine =
  | { readonly head: ExportHead }
  | { readonly entry: ExportedEntry }
  | { readonly gap: readonly Uint8Array[] }
  | { readonly end: { readonly count: number } }

const kind = 'watchbill.audit.export'

/** One line, without LF, like all of these. */
export const formatExportHead = (head: ExportHead): string => {
  const { origin, query, size, count, checkpoint, keys, createdAt } = head
  return JSON.stringify({ kind, v: 1, origin, query, size, count, checkpoint, keys, createdAt })
}

export const formatExportEntry = (row: ExportedEntry): string => {
  const { seq, header, payload, members, erasedBy, receivedAt, owner, pending } = row
  const entry = { seq, header, payload, members, erasedBy, receivedAt, owner }
  return JSON.stringify({ entry: pending === true ? { ...entry, pending } : entry })
}

/** The hashes of `merkle.planGap`; no line where there are none. */
export const formatExportGap = (hashes: readonly Uint8Array[]): string =>
  JSON.stringify({ gap: hashes.map(base64.encode) })

/** The last line, so that a file that was cut shows it. */
export const formatExportEnd = (count: number): string => JSON.stringify({ end: { count } })

/** TRUST BOUNDARY: null for any other spelling of a line, so that no other reader finds something else in it. */
export const parseExportLine = (text: string): ExportLine | null => {
  const value = tryParse(text)
  if (value === null) return null
  if (hasNames(value, ['entry'])) return readEntry(value.entry)
  if (hasNames(value, ['gap'])) return readGap(value.gap)
  if (hasNames(value, ['end']))
    return hasNames(value.end, ['count']) && isCount(value.end.count)
      ? { end: { count: value.end.count } }
      : null
  return isHead(value) ? { head: value } : null
}

/** What the platform writes back as it was: no member twice, one form of each number and string, no space. */
const tryParse = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    return JSON.stringify(value) === text ? value : null
  } catch {
    return null
  }
}

const headNames = 'kind,v,origin,query,size,count,checkpoint,keys,createdAt'.split(',')

const isHead = (value: unknown): value is ExportHead =>
  hasNames(value, headNames) &&
  value.kind === kind &&
  value.v === 1 &&
  [value.origin, value.query, value.checkpoint, value.createdAt].every(isText) &&
  isCount(value.size) &&
  isCount(value.count) &&
  isList(value.keys, isText)

const entryNames = 'seq,header,payload,members,erasedBy,receivedAt,owner'.split(',')
const pendingNames = [...entryNames, 'pending']

const readEntry = (value: unknown): ExportLine | null => {
  const names = isRecord(value) && value.pending === true ? pendingNames : entryNames
  return isEntry(value, names) ? { entry: value } : null
}

const isEntry = (value: unknown, names: readonly string[]): value is ExportedEntry =>
  hasNames(value, names) && hasClaims(value) && isText(value.receivedAt) && isText(value.owner)

const readGap = (value: unknown): ExportLine | null => {
  if (!isList(value, isText)) return null
  const gap = value.flatMap((text) => decodeHash(text) ?? [])
  return gap.length === value.length && gap.length > 0 ? { gap } : null
}
