import { decodeHash } from '../base64.ts'
import { isBytes32 } from '../base64url.ts'
import { canonicalText } from '../canonical.ts'
import type { DisclosedMember } from '../commitment.ts'
import { uuid } from '../entry-header.ts'
import { hasNames, isCount, isList, isMembers, isText } from './json-shape.ts'

/** One entry of a share. Nothing in it is to be believed that does not follow from its header and the proof. */
export interface DisclosedEntry {
  readonly seq: number
  /** Exact header text. */
  readonly header: string
  /** Leaf hash the log's tiles hold here, base64url: a hint that tells where the damage is, believed after the root only. */
  readonly leaf: string
  readonly payload: 'shown' | 'withheld' | 'erased'
  /** In JCS key order; null unless shown. */
  readonly members: readonly DisclosedMember[] | null
  /** Place of the entry that says who erased it; null unless erased. */
  readonly erasedBy: number | null
}

/** The data inside a share document: what its visitor is shown, and what proves it. */
export interface Disclosure {
  readonly v: 1
  readonly kind: 'selection' | 'range'
  /** C2SP origin. */
  readonly origin: string
  /** `shr_…` */
  readonly share: string
  readonly title: string
  /** The query the scope came from, names resolved to ids; '' for everything. */
  readonly query: string
  /** All headers from `from` to `to` - 1 are here; null for a selection. */
  readonly range: { readonly from: number; readonly to: number } | null
  /** Names of members that the sharer hid. */
  readonly redacted: readonly string[]
  /** RFC 3339, UTC, milliseconds. */
  readonly createdAt: string
  readonly expiresAt: string
  /** Signed note the scope was frozen at. */
  readonly checkpoint: string
  /** Verifier keys offered by the operator, oldest first. */
  readonly keys: readonly string[]
  /** In the order of the log. */
  readonly entries: readonly DisclosedEntry[]
  /** `merkle.planSelection` in the frozen tree, standard base64. */
  readonly proof: readonly string[]
  /** Newest checkpoint when the document was made, and the consistency proof from the frozen one; null when it is that one. */
  readonly newest: { readonly checkpoint: string; readonly hashes: readonly string[] } | null
  /** Consistency proof from a size the visitor said to have seen to the newest; null when none was said. */
  readonly seen: { readonly size: number; readonly hashes: readonly string[] } | null
}

/** What one document may hold (SECURITY "Share links"); more goes to an export. */
const mostEntries = 5000

/** Canonical JSON text. Throws RangeError for what `parseDisclosure` would refuse. */
export const formatDisclosure = (disclosure: Disclosure): string => {
  const text = isDisclosure(disclosure) ? tryText(disclosure) : null
  if (text === null) throw new RangeError('that makes no disclosure')
  return text
}

/** TRUST BOUNDARY: null for any other spelling, an unknown member, more than 5,000 entries, or places that do not ascend. */
export const parseDisclosure = (text: string): Disclosure | null => {
  try {
    // A canonical text is the only one that is written back as it was, so the platform's own parser will do.
    const value: unknown = JSON.parse(text)
    return isDisclosure(value) && canonicalText(value) === text ? value : null
  } catch {
    return null
  }
}

const tryText = (disclosure: Disclosure): string | null => {
  try {
    return canonicalText(disclosure)
  } catch {
    return null
  }
}

const names = [
  ...['v', 'kind', 'origin', 'share', 'title', 'query', 'range', 'redacted', 'createdAt', 'expiresAt'],
  ...['checkpoint', 'keys', 'entries', 'proof', 'newest', 'seen'],
]
const entryNames = ['seq', 'header', 'leaf', 'payload', 'members', 'erasedBy']
const shareId = new RegExp(`^shr_${uuid}$`)

const isDisclosure = (value: unknown): value is Disclosure =>
  hasNames(value, names) &&
  value.v === 1 &&
  [value.origin, value.title, value.query, value.checkpoint].every(isText) &&
  isText(value.share) &&
  shareId.test(value.share) &&
  isScope(value.kind, value.range) &&
  [value.createdAt, value.expiresAt].every(isInstant) &&
  [value.keys, value.redacted].every((list) => isList(list, isText) && new Set(list).size === list.length) &&
  isList(value.entries, isEntry) &&
  value.entries.length <= mostEntries &&
  ascend(value.entries) &&
  isHashes(value.proof) &&
  isNewest(value.newest) &&
  isSeen(value.seen)

const isScope = (kind: unknown, range: unknown): boolean => {
  if (kind === 'selection') return range === null
  return kind === 'range' && hasNames(range, ['from', 'to']) && isCount(range.from) && isCount(range.to)
}

const isEntry = (value: unknown): value is DisclosedEntry =>
  hasNames(value, entryNames) && isBytes32(value.leaf) && hasClaims(value)

/** What a share and an export say alike of an entry. */
export const hasClaims = (value: Readonly<Record<string, unknown>>): boolean =>
  isCount(value.seq) &&
  isText(value.header) &&
  (value.payload === 'shown' || value.payload === 'withheld' || value.payload === 'erased') &&
  isMembers(value.members) &&
  (value.erasedBy === null || isCount(value.erasedBy))

const ascend = (entries: readonly DisclosedEntry[]): boolean =>
  entries.every(({ seq }, index) => seq > (entries[index - 1]?.seq ?? -1))

const isNewest = (value: unknown): boolean =>
  value === null ||
  (hasNames(value, ['checkpoint', 'hashes']) && isText(value.checkpoint) && isHashes(value.hashes))

const isSeen = (value: unknown): boolean =>
  value === null || (hasNames(value, ['hashes', 'size']) && isCount(value.size) && isHashes(value.hashes))

const isHash = (value: unknown): value is string => isText(value) && decodeHash(value) !== null

const isHashes = (value: unknown): value is readonly string[] => isList(value, isHash)

/** One spelling of a time: the one ECMAScript writes. */
const isInstant = (value: unknown): value is string => {
  const ms = isText(value) ? Date.parse(value) : Number.NaN
  return !Number.isNaN(ms) && new Date(ms).toISOString() === value
}
