import { formatPointer } from './json-error.ts'

/** A value that has no canonical form, and where it stands. */
export class CanonicalError extends Error {
  override readonly name = 'CanonicalError'
  /** RFC 6901 pointer to the value. */
  readonly pointer: string
  constructor(detail: string, path: readonly (string | number)[]) {
    super(detail)
    this.pointer = formatPointer(path)
  }
}

/**
 * The RFC 8785 bytes of a JSON value. Throws CanonicalError for anything `parseJson` could not have made: lone
 * surrogates, unsafe integers, NaN, undefined, holes, class instances, `__proto__`, nesting (or a cycle) beyond 500.
 */
export const canonicalize = (value: unknown): Uint8Array => new TextEncoder().encode(canonicalText(value))

/** The same as text, for those who encode it themselves. */
export const canonicalText = (value: unknown): string => format(value, [])

type Path = (string | number)[]

const format = (value: unknown, path: Path): string => {
  if (path.length > 500) throw new CanonicalError('the value nests deeper than 500 levels', path)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return formatString(value, path)
  if (typeof value === 'number') return formatNumber(value, path)
  if (Array.isArray(value)) return formatArray(value, path)
  if (isPlain(value)) return formatObject(value, path)
  throw new CanonicalError(`a ${typeof value} is not a JSON value`, path)
}

/** Printable ASCII without quote and backslash: most of what is ever written, and nothing in it to escape. */
const plain = /^[ !#-[\]-~]*$/

/** ECMAScript's own escapes are those of RFC 8785 §3.2.2.2 for every well-formed string. */
const formatString = (value: string, path: Path): string => {
  if (plain.test(value)) return `"${value}"`
  const text = JSON.stringify(value)
  // ECMAScript escapes half a pair, and nothing else, as \ud8xx to \udfxx; a search for that costs least.
  if (text.includes('\\ud') && /[\ud800-\udfff]/u.test(value))
    throw new CanonicalError('half of a surrogate pair stands alone', path)
  return text
}

/** RFC 8785 §3.2.2.3: ECMAScript's shortest form; -0 prints as 0. */
const formatNumber = (value: number, path: Path): string => {
  if (!Number.isFinite(value)) throw new CanonicalError('the number is not finite', path)
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new CanonicalError('the integer is beyond 2^53 - 1', path)
  }
  return String(value)
}

const formatArray = (array: readonly unknown[], path: Path): string => {
  const parts: string[] = []
  for (let index = 0; index < array.length; index += 1) {
    path.push(index)
    parts.push(format(array[index], path))
    path.pop()
  }
  return `[${parts.join(',')}]`
}

const formatObject = (object: Readonly<Record<string, unknown>>, path: Path): string => {
  if (Object.getOwnPropertySymbols(object).length > 0) {
    throw new CanonicalError('a symbol cannot be a key', path)
  }
  // §3.2.3: order of UTF-16 code units, which is what sort() does without a comparator.
  const parts = Object.keys(object)
    .sort()
    .map((key) => {
      path.push(key)
      if (key === '__proto__') throw new CanonicalError('the key "__proto__" is not accepted', path)
      const part = `${formatString(key, path)}:${format(object[key], path)}`
      path.pop()
      return part
    })
  return `{${parts.join(',')}}`
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
