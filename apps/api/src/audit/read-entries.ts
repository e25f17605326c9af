import type { ProducedEntry } from '@watchbill/contract/audit'
import { isProducedType, producedSchemas, producerSchemas } from '@watchbill/contract/entry-types'
import { type Complaint, Fault } from '@watchbill/contract/fault'
import {
  base64url,
  canonicalize,
  commitment,
  EntryError,
  type EntryHeader,
  merkle,
  parseHeader,
} from '@watchbill/ledger'
import { complaintsOf } from '../http/complaints.ts'

/** An entry that holds by itself: its header is canonical, its event known, its payload what it commits to. */
export interface ReadEntry {
  /** Place in the batch. */
  readonly index: number
  readonly header: EntryHeader
  /** The header exactly as it was sent. */
  readonly bytes: Uint8Array
  /** Leaf hash of those bytes. */
  readonly hash: Uint8Array
  /** The same, base64url. */
  readonly leaf: string
  readonly opened: { readonly payload: string; readonly salt: Uint8Array } | null
}

const maxComplaints = 20

/**
 * Reads a batch by itself, before anything stored is looked at. TRUST BOUNDARY: the server hashes what it was sent and
 * believes no hash it did not compute. Throws Fault `invalid_request` that names every wrong place.
 */
export const readEntries = (workspace: string, entries: readonly ProducedEntry[]): ReadEntry[] => {
  const read: ReadEntry[] = []
  const errors: Complaint[] = []
  for (const [index, entry] of entries.entries()) {
    const one = readEntry(workspace, entry, index)
    if (Array.isArray(one)) errors.push(...one)
    else read.push(one)
    if (errors.length >= maxComplaints) break
  }
  const [first] = errors
  if (!first) return read
  throw new Fault('invalid_request', `${first.pointer}: ${first.detail}`, {
    mend: 'Nothing was stored. Send entries exactly as they were committed to.',
    errors: errors.slice(0, maxComplaints),
  })
}

const encoder = new TextEncoder()

const readEntry = (workspace: string, entry: ProducedEntry, index: number): ReadEntry | Complaint[] => {
  const place = `/entries/${index}`
  const wrong = (member: string, detail: string): Complaint[] => [{ pointer: `${place}/${member}`, detail }]
  const bytes = encoder.encode(entry.header)
  const header = tryHeader(bytes)
  if (header instanceof EntryError) return wrong('header', `${header.message} (${header.reason})`)
  if (header.ws !== workspace) return wrong('header', `ws must be ${workspace}, the credential's workspace`)
  const fault = eventFault(header)
  if (fault !== null) return wrong('header', fault)
  const hash = merkle.leafHash(bytes)
  const leaf = base64url.encode(hash)
  if (entry.payload === null && entry.salt === null) return { index, header, bytes, hash, leaf, opened: null }
  if (entry.payload === null || entry.salt === null) {
    return wrong(entry.salt === null ? 'salt' : 'payload', 'payload and salt are sent together or not at all')
  }
  const complaints = payloadComplaints(header.type, entry.payload, `${place}/payload`)
  if (complaints.length > 0) return complaints
  const salt = base64url.decode(entry.salt)
  if (salt === null || !commitment.checkPayload(header, entry.payload, salt)) {
    return wrong('payload', 'the header does not commit to this payload under this salt')
  }
  const payload = new TextDecoder().decode(canonicalize(entry.payload))
  return { index, header, bytes, hash, leaf, opened: { payload, salt } }
}

const tryHeader = (bytes: Uint8Array): EntryHeader | EntryError => {
  try {
    return parseHeader(bytes)
  } catch (error) {
    if (error instanceof EntryError) return error
    throw error
  }
}

/** What keeps the published table of events from knowing this header; null when it does. */
const eventFault = ({ type, v, agent, decision }: EntryHeader): string | null => {
  if (!isProducedType(type)) return `the event type ${type} is not known here`
  const schema = producedSchemas[type]
  const ofProducer = Object.hasOwn(producerSchemas, type)
  if (ofProducer !== (agent === null)) return ofProducer ? 'agent must be null' : 'agent must be set'
  if (v !== schema.v) return `version ${v} of ${type} is not known here; known is ${schema.v}`
  const decisions: readonly (string | null)[] = schema.decisions
  if (decisions.includes(decision ?? null)) return null
  return `the decision of ${type} is one of ${decisions.map((one) => one ?? 'none').join(', ')}`
}

const payloadComplaints = (type: string, payload: object, place: string): Complaint[] => {
  if (!isProducedType(type)) return []
  const { error } = producedSchemas[type].payload.safeParse(payload)
  return complaintsOf(error, (path) => place + path.map((step) => `/${String(step)}`).join(''))
}
