const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Two characters for every twelve bits: hashes are written out all day. */
const pairs = Array.from(
  { length: 4096 },
  (_, bits) => alphabet.charAt(bits >> 6) + alphabet.charAt(bits & 63),
)
const values = new Map(Array.from(alphabet, (char, value) => [char.charCodeAt(0), value]))
/** By code unit; -1 for what is not in the alphabet. */
const valueOfCode = Int8Array.from({ length: 128 }, (_, code) => values.get(code) ?? -1)

/** RFC 4648 §5 without padding: how hashes, salts and keys are written in JSON. */
export const base64url = {
  encode: (bytes: Uint8Array): string => {
    let text = ''
    let at = 0
    const byte = (index: number) => bytes[index] ?? 0
    for (; at + 2 < bytes.length; at += 3) {
      const bits = (byte(at) << 16) | (byte(at + 1) << 8) | byte(at + 2)
      text += `${pairs[bits >> 12]}${pairs[bits & 4095]}`
    }
    const left = bytes.length - at
    if (left === 1) text += pairs[byte(at) << 4]
    if (left === 2)
      text += `${pairs[(byte(at) << 4) | (byte(at + 1) >> 4)]}${alphabet[(byte(at + 1) & 15) << 2]}`
    return text
  },
  /** Null for anything `encode` could not have written: padding, other alphabets, stray trailing bits. */
  decode: (text: string): Uint8Array | null => {
    const left = text.length % 4
    if (left === 1) return null
    const bytes = new Uint8Array((text.length * 3) >> 2)
    const value = (index: number) => valueOfCode[text.charCodeAt(index)] ?? -1
    let [index, at] = [0, 0]
    for (; index + 3 < text.length; index += 4) {
      // One that is not in the alphabet is -1, and keeps the sum of all negative wherever it stands.
      const bits =
        (value(index) << 18) | (value(index + 1) << 12) | (value(index + 2) << 6) | value(index + 3)
      if (bits < 0) return null
      bytes[at] = bits >> 16
      bytes[at + 1] = bits >> 8
      bytes[at + 2] = bits
      at += 3
    }
    if (left === 0) return bytes
    const third = left === 3 ? value(index + 2) : 0
    const bits = (value(index) << 12) | (value(index + 1) << 6) | third
    bytes[at] = bits >> 10
    if (left === 3) bytes[at + 1] = bits >> 2
    return bits >= 0 && (bits & (left === 3 ? 0b11 : 0b1111_111111)) === 0 ? bytes : null
  },
}

/** 32 bytes in 43 characters: the last one carries four bits, so its two low bits are zero. */
export const isBytes32 = (text: unknown): text is string =>
  typeof text === 'string' && /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text)
