import { formatPointer, JsonError, type JsonFaultReason, placeAfter } from './json-error.ts'

/** A position in the text, and the path of the value being read. */
export interface Scan {
  readonly text: string
  index: number
  readonly path: (string | number)[]
}

export const fail = (scan: Scan, reason: JsonFaultReason, detail: string, index = scan.index): never => {
  throw new JsonError(reason, detail, formatPointer(scan.path), placeAfter(scan.text.slice(0, index)))
}

/** `unexpected` says what stands there, with control characters made visible. */
export const unexpected = (scan: Scan, wanted: string): never => {
  const code = scan.text.codePointAt(scan.index)
  if (code === undefined) return fail(scan, 'syntax', `expected ${wanted}, found the end of the document`)
  const visible = code > 0x20 && code < 0x7f ? `"${String.fromCodePoint(code)}"` : formatCode(code)
  return fail(scan, 'syntax', `expected ${wanted}, found ${visible}`)
}

const formatCode = (code: number) => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`

/** RFC 8259 §2: space, tab, LF, CR and nothing else. Returns the code unit after it, NaN at the end. */
export const skipSpace = (scan: Scan): number => {
  for (;;) {
    const code = scan.text.charCodeAt(scan.index)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code
    scan.index += 1
  }
}

export const scanLiteral = <T>(scan: Scan, word: string, value: T): T => {
  if (!scan.text.startsWith(word, scan.index)) unexpected(scan, 'a value')
  scan.index += word.length
  return value
}

/** What stands in a string as itself: all but the quote, the backslash and the control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 §7 names exactly these.
const plainRun = /[^"\\\u0000-\u001f]*/y

/** Reads a string; the scan stands on its opening quote. */
export const scanString = (scan: Scan): string => {
  const start = scan.index + 1
  plainRun.lastIndex = start
  plainRun.test(scan.text)
  const end = plainRun.lastIndex
  if (scan.text.charCodeAt(end) !== 0x22) return scanNative(scan) ?? scanParts(scan)
  scan.index = end + 1
  return scan.text.slice(start, end)
}

/**
 * The platform reads the same grammar (ECMA-262 JSON.parse: RFC 8259 §7), many times faster where much is escaped. Null,
 * with the scan where it was, for what it refuses and for `\\u`, behind which it lets half a surrogate pair pass.
 */
const scanNative = (scan: Scan): string | null => {
  const end = closingQuote(scan.text, scan.index + 1)
  const token = scan.text.slice(scan.index, end + 1)
  if (end < 0 || token.includes('\\u')) return null
  try {
    const value: unknown = JSON.parse(token)
    scan.index = end + 1
    return String(value)
  } catch {
    return null
  }
}

/** The first quote with an even number of backslashes before it; -1 when there is none. */
const closingQuote = (text: string, start: number): number => {
  for (let at = text.indexOf('"', start); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes += 1
    if (slashes % 2 === 0) return at
  }
  return -1
}

/** Piece by piece, so that a fault has its place. */
const scanParts = (scan: Scan): string => {
  let out = ''
  scan.index += 1
  for (;;) {
    const start = scan.index
    plainRun.lastIndex = start
    plainRun.test(scan.text)
    scan.index = plainRun.lastIndex
    out += scan.text.slice(start, scan.index)
    const code = scan.text.charCodeAt(scan.index)
    if (code === 0x5c) out += scanEscape(scan)
    else if (code === 0x22) break
    else unexpected(scan, 'the rest of a string')
  }
  scan.index += 1
  return out
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

const scanEscape = (scan: Scan): string => {
  const start = scan.index
  const letter = scan.text.charAt(start + 1)
  const plain = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined
  scan.index = start + 2
  if (plain !== undefined) return plain
  if (letter !== 'u') return fail(scan, 'syntax', 'expected one of "\\/bfnrtu after a backslash', start + 1)
  const first = scanHex(scan)
  if (first < 0xd800 || first > 0xdfff) return String.fromCharCode(first)
  // RFC 8785 §3.2.2.2 through I-JSON: half a pair names no character, so it cannot be hashed as UTF-8.
  if (first > 0xdbff || !scan.text.startsWith('\\u', scan.index)) return loneSurrogate(scan, start)
  scan.index += 2
  const second = scanHex(scan)
  if (second < 0xdc00 || second > 0xdfff) return loneSurrogate(scan, start)
  return String.fromCharCode(first, second)
}

const loneSurrogate = (scan: Scan, index: number): never =>
  fail(scan, 'surrogate', 'half of a surrogate pair stands alone', index)

const scanHex = (scan: Scan): number => {
  const digits = scan.text.slice(scan.index, scan.index + 4)
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) fail(scan, 'syntax', 'expected four hex digits after \\u')
  scan.index += 4
  return Number.parseInt(digits, 16)
}
