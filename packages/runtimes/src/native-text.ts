import type { JsonValue } from '@watchbill/ledger'
import type { Read } from './document.ts'
import { words } from './standing.ts'

/**
 * Which fields of a runtime's document may leave the machine: true keeps a plain value, `[x]` every item of a list, an
 * object the named fields, `*` any field. Whatever is not named stays behind: it may hold what people wrote.
 */
export type Keep = true | readonly [Keep] | { readonly [field: string]: Keep }

const withheld = '(kept on the machine)'
const mostText = 48_000
const mostItems = 200

/** The documents as one JSON text, each reduced to what `keep` names; at most 48,000 UTF-16 units (under 64 KiB in practice). */
export const nativeText = (documents: readonly NativeDocument[]): string => {
  const kept: Record<string, JsonValue> = {}
  for (const { name, read, keep } of documents)
    if (read.kind === 'ok') kept[name] = keepKnown(read.json, keep)
  return fit(kept)
}

export interface NativeDocument {
  readonly name: string
  /** Left out unless it was understood. */
  readonly read: Read<unknown>
  readonly keep: Keep
}

/** Whole documents are left out, the longest first, until the rest fits: half a document would read as a whole one. */
const fit = (kept: Record<string, JsonValue>): string => {
  const left = { ...kept }
  for (;;) {
    const text = JSON.stringify(left, null, 2)
    if (new TextEncoder().encode(text).length <= mostText) return text
    const [longest] = Object.entries(left)
      .filter(([, value]) => value !== tooLong)
      .sort(([, a], [, b]) => JSON.stringify(b).length - JSON.stringify(a).length)
    if (longest === undefined) return JSON.stringify(tooLong)
    left[longest[0]] = tooLong
  }
}
const tooLong = '(too long to send)'

const plainName = /^[A-Za-z_][A-Za-z0-9_.-]{0,59}$/

const keepKnown = (value: JsonValue, keep: Keep): JsonValue => {
  if (value === null) return null
  if (keep === true) return typeof value === 'object' ? withheld : scalar(value)
  if (isList(keep)) {
    if (!Array.isArray(value)) return withheld
    return value.slice(0, mostItems).map((item) => keepKnown(item, keep[0]))
  }
  if (typeof value !== 'object' || Array.isArray(value)) return withheld
  const kept: Record<string, JsonValue> = {}
  for (const [name, inner] of Object.entries(value).slice(0, mostItems)) {
    if (!plainName.test(name)) continue
    const rule = Object.hasOwn(keep, name) ? keep[name] : Object.hasOwn(keep, '*') ? keep['*'] : undefined
    kept[name] = rule === undefined ? withheld : keepKnown(inner, rule)
  }
  return kept
}

const isList = (keep: Keep): keep is readonly [Keep] => Array.isArray(keep)

const scalar = (value: string | number | boolean): JsonValue =>
  typeof value === 'string' ? (words(value) ?? '') : value
