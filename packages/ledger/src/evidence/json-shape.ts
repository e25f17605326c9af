import { isBytes32 } from '../base64url.ts'
import type { DisclosedMember } from '../commitment.ts'

/** Guards for JSON that came from outside: exact member names, so that nothing is said which nobody reads. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `names`: sorted, joined by commas. */
export const hasNames = (value: unknown, names: string): value is Readonly<Record<string, unknown>> =>
  isRecord(value) && Object.keys(value).sort().join() === names

/** A size, a place or a count. */
export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

export const isText = (value: unknown): value is string => typeof value === 'string'

export const isList = <T>(value: unknown, is: (one: unknown) => one is T): value is readonly T[] =>
  Array.isArray(value) && value.every(is)

export const isMembers = (value: unknown): value is readonly DisclosedMember[] | null =>
  value === null || isList(value, isMember)

/** Shown or hidden, never both: what a reader sees is what is checked. */
const isMember = (value: unknown): value is DisclosedMember => {
  if (hasNames(value, 'hash')) return isBytes32(value.hash)
  return hasNames(value, 'key,name,value') && isText(value.name) && isBytes32(value.key)
}
