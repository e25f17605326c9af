export { base64url } from './base64url.ts'
export { CanonicalError, canonicalize } from './canonical.ts'
export {
  type CommittedMember,
  checkDisclosure,
  checkPayload,
  commitPayload,
  type DisclosedMember,
  type Payload,
} from './commitment.ts'
export { type EntryHeader, formatHeader, parseHeader } from './entry.ts'
export { EntryError, type EntryFaultReason } from './entry-error.ts'
export { leafHash } from './hash.ts'
export { JsonError, type JsonFaultReason } from './json-error.ts'
export { type JsonLimits, type JsonValue, parseJson } from './parse-json.ts'
