export { CanonicalError, canonicalize } from './canonical.ts'
export { JsonError, type JsonFaultReason } from './json-error.ts'
export { defaultJsonLimits, type JsonLimits, type JsonValue, parseJson } from './parse-json.ts'
