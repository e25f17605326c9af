import { JsonError, placeAfter } from './json-error.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Decodes strict UTF-8 (RFC 3629). Throws JsonError `utf8` at the first bad byte, `bom` for a leading U+FEFF. */
export const decodeUtf8 = (bytes: Uint8Array): string => {
  const text = tryDecode(bytes)
  if (text === null) {
    const offset = validPrefix(bytes)
    const before = decoder.decode(bytes.subarray(0, offset))
    throw new JsonError('utf8', 'the document is not valid UTF-8', '', placeAfter(before))
  }
  // RFC 8259 §8.1 lets a parser ignore a BOM; bytes that are hashed later must have one form only.
  if (text.charCodeAt(0) === 0xfeff) {
    throw new JsonError('bom', 'the document starts with a byte order mark', '', placeAfter(''))
  }
  return text
}

const tryDecode = (bytes: Uint8Array): string | null => {
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

/** Length of the longest prefix made of whole, valid characters (RFC 3629 §4). */
const validPrefix = (bytes: Uint8Array): number => {
  let index = 0
  for (let first = bytes[0]; first !== undefined; first = bytes[index]) {
    const size = sizeAt(bytes, index, first)
    if (size === 0) break
    index += size
  }
  return index
}

/** Bytes of the character that starts here, 0 where none does. */
const sizeAt = (bytes: Uint8Array, index: number, first: number): number => {
  if (first < 0x80) return 1
  const size = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  // The second byte is narrower where a shorter form, a surrogate or a value past U+10FFFF would fit.
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  for (let step = 1; step < size; step += 1) {
    const byte = bytes[index + step] ?? 0
    if (byte < (step === 1 ? low : 0x80) || byte > (step === 1 ? high : 0xbf)) return 0
  }
  return size
}
