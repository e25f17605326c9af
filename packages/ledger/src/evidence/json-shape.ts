import { isBytes32 } from '../base64url.ts'
import type { DisclosedMember } from '../commitment.ts'

/** Guards for JSON that came from outside: exact member names, so that nothing is said which nobody reads. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** These members and no others, in any order. */
export const hasNames = (
  value: unknown,
  names: readonly string[],
): value is Readonly<Record<string, unknown>> =>
  isRecord(value) &&
  Object.keys(value).length === names.length &&
  names.every((name) => Object.hasOwn(value, name))

/** A size, a place or a count. */
export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

export const isText = (value: unknown): value is string => typeof value === 'string'

export const isList = <T>(value: unknown, is: (one: unknown) => one is T): value is readonly T[] =>
  Array.isArray(value) && value.every(is)

/** Levels of a member's value: as many as `parseJson` takes by itself. */
const deepestValue = 64

export const isMembers = (value: unknown): value is readonly DisclosedMember[] | null =>
  value === null || isList(value, isMember)

/** Shown or hidden, never both: what a reader sees is what is checked. */
const isMember = (value: unknown): value is DisclosedMember => {
  if (hasNames(value, shown))
    return isText(value.name) && isBytes32(value.key) && isShallow(value.value, deepestValue)
  return hasNames(value, hidden) && isBytes32(value.hash)
}

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((one) => isShallow(one, levels - 1)))

const shown = ['name', 'value', 'key']
const hidden = ['hash']
