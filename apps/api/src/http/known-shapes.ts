import { api } from '@watchbill/contract/api'
import type { Endpoint } from '@watchbill/contract/endpoint'

type Shape = (body: unknown) => boolean

/**
 * Quick looks at bodies of many thousand values, by row. Yes only to what the row's schema accepts and leaves as it is;
 * no means that the schema has to decide, which also knows what is wrong and where.
 */
export const fitsKnownShape = (row: Endpoint, body: unknown): boolean => shapes.get(row)?.(body) ?? false

const hasKeys = (value: unknown, ...names: readonly string[]): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  let count = 0
  for (const _ in value) count += 1
  return count === names.length && names.every((name) => Object.hasOwn(value, name))
}

const isText = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'string' && value.length >= least && value.length <= most && !value.includes('\u0000')

const isEntryBatch: Shape = (body) => {
  if (!hasKeys(body, 'entries') || !Array.isArray(body.entries)) return false
  const { entries } = body
  return entries.length >= 1 && entries.length <= 500 && entries.every(isProducedEntry)
}

const isProducedEntry = (entry: unknown): boolean =>
  hasKeys(entry, 'header', 'payload', 'salt') &&
  isText(entry.header, 2, 65_535) &&
  (entry.salt === null || (typeof entry.salt === 'string' && bytes32.test(entry.salt))) &&
  isPayload(entry.payload)

const bytes32 = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

/** JSON as `parseJson` reads it: plain objects, finite numbers. */
const isPayload = (payload: unknown): boolean => {
  if (payload === null) return true
  if (typeof payload !== 'object' || Array.isArray(payload)) return false
  return Object.entries(payload).every(
    ([name, value]) =>
      isText(name, 0, 120) &&
      (typeof value === 'number' || typeof value === 'boolean' || isText(value, 0, 20_000)),
  )
}

const shapes: ReadonlyMap<Endpoint, Shape> = new Map<Endpoint, Shape>([[api.postEntries, isEntryBatch]])
