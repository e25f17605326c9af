import { fail, type Scan, scanLiteral, scanString, skipSpace, unexpected } from './scan.ts'
import { scanNumber } from './scan-number.ts'
import { decodeUtf8 } from './utf8.ts'

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue }

export interface JsonLimits {
  /** Arrays and objects around a value, at most; itself at most 500 because the parser recurses. */
  readonly maxDepth: number
  /** Keys of one object. */
  readonly maxKeys: number
  /** Values in the whole document, containers included. */
  readonly maxValues: number
}
export const defaultJsonLimits: JsonLimits = { maxDepth: 64, maxKeys: 1024, maxValues: 1_000_000 }

interface Parser extends Scan {
  readonly limits: JsonLimits
  values: number
}

/**
 * Parses one RFC 8259 document out of UTF-8 bytes. TRUST BOUNDARY: refuses whatever two readers could understand
 * differently (duplicate keys, BOM, lone surrogates, imprecise numbers) and `__proto__`. Throws JsonError.
 */
export const parseJson = (bytes: Uint8Array, limits: Partial<JsonLimits> = {}): JsonValue => {
  const all = { ...defaultJsonLimits, ...limits }
  if (all.maxDepth > 500) throw new RangeError('maxDepth must be at most 500')
  const parser: Parser = { text: decodeUtf8(bytes), index: 0, path: [], limits: all, values: 0 }
  const value = parseValue(parser)
  if (!Number.isNaN(skipSpace(parser))) unexpected(parser, 'the end of the document')
  return value
}

const parseValue = (parser: Parser): JsonValue => {
  const code = skipSpace(parser)
  parser.values += 1
  if (parser.values > parser.limits.maxValues) {
    fail(parser, 'values', `the document holds more than ${parser.limits.maxValues} values`)
  }
  switch (code) {
    case 0x22:
      return scanString(parser)
    case 0x7b:
      return parseObject(parser)
    case 0x5b:
      return parseArray(parser)
    case 0x74:
      return scanLiteral(parser, 'true', true)
    case 0x66:
      return scanLiteral(parser, 'false', false)
    case 0x6e:
      return scanLiteral(parser, 'null', null)
    default:
      return scanNumber(parser)
  }
}

/** Steps over the opening bracket; true when the container is empty and already closed. */
const open = (parser: Parser, closing: number): boolean => {
  if (parser.path.length >= parser.limits.maxDepth) {
    fail(parser, 'depth', `the document nests deeper than ${parser.limits.maxDepth} levels`)
  }
  parser.index += 1
  if (skipSpace(parser) !== closing) return false
  parser.index += 1
  return true
}

/** Steps over `,` or the closing bracket; true when the container goes on. */
const next = (parser: Parser, closing: number, wanted: string): boolean => {
  const code = skipSpace(parser)
  if (code !== 0x2c && code !== closing) unexpected(parser, wanted)
  parser.index += 1
  return code === 0x2c
}

const parseArray = (parser: Parser): JsonValue[] => {
  const array: JsonValue[] = []
  if (open(parser, 0x5d)) return array
  do {
    parser.path.push(array.length)
    array.push(parseValue(parser))
    parser.path.pop()
  } while (next(parser, 0x5d, '"," or "]"'))
  return array
}

const parseObject = (parser: Parser): JsonValue => {
  const object: { [key: string]: JsonValue } = {}
  let count = 0
  if (open(parser, 0x7d)) return object
  do {
    count += 1
    if (count > parser.limits.maxKeys) {
      fail(parser, 'keys', `the object holds more than ${parser.limits.maxKeys} keys`)
    }
    const key = parseKey(parser, object)
    parser.path.push(key)
    setOwn(object, key, parseValue(parser))
    parser.path.pop()
  } while (next(parser, 0x7d, '"," or "}"'))
  return object
}

const parseKey = (parser: Parser, object: { [key: string]: JsonValue }): string => {
  if (skipSpace(parser) !== 0x22) unexpected(parser, 'a key in double quotes')
  const start = parser.index
  const key = scanString(parser)
  if (key === '__proto__') {
    fail(parser, 'unsafe_key', 'the key "__proto__" is not accepted', start)
  }
  if (Object.hasOwn(object, key)) {
    parser.path.push(key)
    fail(parser, 'duplicate_key', 'the key is given twice', start)
  }
  if (skipSpace(parser) !== 0x3a) unexpected(parser, '":"')
  parser.index += 1
  return key
}

/** Assignment to a name that Object.prototype knows (`toString`) would fail where that object is frozen. */
const setOwn = (object: { [key: string]: JsonValue }, key: string, value: JsonValue): void => {
  if (key in object) {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  } else object[key] = value
}
