import { base64url, isBytes32 } from './base64url.ts'
import { canonicalize, canonicalText } from './canonical.ts'
import { EntryError } from './entry-error.ts'
import { type EntryHeader, uuid } from './entry-header.ts'
import { scanHeader, scanHeaderText } from './header-scan.ts'
import { formatPointer } from './json-error.ts'
import { type JsonValue, parseJson } from './parse-json.ts'

/** Below 64 KiB by one byte: C2SP tlog-tiles writes an entry's length as uint16. */
const maxHeaderBytes = 65_535
const noHash = base64url.encode(new Uint8Array(32))

/** The canonical bytes of a header. Throws EntryError for one that `parseHeader` would refuse. */
export const formatHeader = (header: EntryHeader): Uint8Array => {
  requireHeader(header)
  return canonicalize(header)
}

/**
 * Reads a header out of its exact bytes. TRUST BOUNDARY: accepts only what `formatHeader` writes, byte for byte, so
 * that a header has one leaf. Throws EntryError.
 */
export const parseHeader = (bytes: Uint8Array): EntryHeader => {
  if (bytes.length > maxHeaderBytes) {
    throw new EntryError('size', `the header has ${bytes.length} bytes, more than ${maxHeaderBytes}`)
  }
  const scanned = scanHeader(bytes)
  if (scanned !== null) return scanned
  const value = readJson(bytes)
  requireHeader(value)
  if (!sameBytes(canonicalize(value), bytes)) {
    throw new EntryError('canonical', 'the header is not written in canonical form (RFC 8785)')
  }
  return value
}

/**
 * The header that a text is, null for what `parseHeader` would refuse of it. TRUST BOUNDARY: a canonical text is the only one
 * that is written back as it was, so the platform's own parser will do. Where no reason is asked for, it is all that is needed.
 */
export const tryHeader = (text: string): EntryHeader | null => {
  const scanned = scanHeaderText(text)
  // What a header may hold is ASCII: as many bytes as characters.
  if (scanned !== null || text.length > maxHeaderBytes) return scanned
  try {
    const value: unknown = JSON.parse(text)
    requireHeader(value)
    return canonicalText(value) === text ? value : null
  } catch {
    return null
  }
}

const readJson = (bytes: Uint8Array): JsonValue => {
  try {
    return parseJson(bytes, { maxDepth: 2, maxKeys: 16 })
  } catch (cause) {
    throw new EntryError('json', 'the header is not strict JSON', '', cause)
  }
}

const matching = (pattern: string) => {
  const whole = new RegExp(`^${pattern}$`)
  return (value: unknown) => typeof value === 'string' && whole.test(value)
}
const integerFrom = (min: number, max: number) => (value: unknown) =>
  Number.isInteger(value) && Number(value) >= min && Number(value) <= max
const isAgent = matching(`agt_${uuid}`)

interface Member {
  readonly required: boolean
  readonly is: (value: unknown) => boolean
  readonly wanted: string
}
const member = (is: Member['is'], wanted: string, required = true): Member => ({ required, is, wanted })
const hash = (required: boolean) => member(isBytes32, '32 bytes in base64url', required)

const members: ReadonlyMap<string, Member> = new Map([
  ['v', member(integerFrom(1, 65_535), 'a schema version from 1')],
  ['ws', member(matching('[a-z][a-z0-9-]{0,39}'), 'a workspace name')],
  ['id', member(matching(`evt_${uuid}`), 'an id that starts with evt_')],
  // The range of an ECMAScript time value, so that every header can be shown with a date.
  ['ts', member(integerFrom(0, 8_640_000_000_000_000), 'milliseconds since 1970')],
  ['producer', member(matching(`prd_${uuid}`), 'an id that starts with prd_')],
  ['pseq', member(integerFrom(0, Number.MAX_SAFE_INTEGER), 'a count from 0')],
  ['prev', hash(true)],
  ['type', member(matching('(?=.{3,64}$)[a-z]+(\\.[a-z]+)+'), 'an event type such as tool.called')],
  ['agent', member((value) => value === null || isAgent(value), 'null or an id that starts with agt_')],
  ['decision', member(matching('(allow|ask|deny)'), 'allow, ask or deny', false)],
  ['policy', hash(false)],
  ['commit', hash(true)],
])

function requireHeader(value: unknown): asserts value is EntryHeader {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EntryError('object', 'a header is an object')
  }
  const header = new Map<string, unknown>(Object.entries(value))
  for (const name of header.keys()) {
    if (!members.has(name)) throw new EntryError('unknown', 'a header has no such member', pointerTo(name))
  }
  for (const [name, { required, is, wanted }] of members) {
    if (header.has(name) ? !is(header.get(name)) : required) refuse(name, header, wanted)
  }
  if ((header.get('pseq') === 0) !== (header.get('prev') === noHash)) {
    throw new EntryError('prev', 'prev is 32 zero bytes at pseq 0, and only there', '/prev')
  }
}

const refuse = (name: string, header: ReadonlyMap<string, unknown>, wanted: string): never => {
  if (!header.has(name)) throw new EntryError('missing', `the header lacks ${name}`, pointerTo(name))
  const hashed = name === 'prev' || name === 'policy' || name === 'commit'
  const reason = hashed && typeof header.get(name) === 'string' ? 'length' : 'value'
  throw new EntryError(reason, `${name} must be ${wanted}`, pointerTo(name))
}

const pointerTo = (name: string) => formatPointer([name])

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])
