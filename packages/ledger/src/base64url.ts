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
    if (text.length % 4 === 1) return null
    const bytes = new Uint8Array((text.length * 3) >> 2)
    let [bits, held, at] = [0, 0, 0]
    for (let index = 0; index < text.length; index += 1) {
      const value = valueOfCode[text.charCodeAt(index)] ?? -1
      if (value < 0) return null
      bits = (bits << 6) | value
      held += 6
      if (held < 8) continue
      held -= 8
      bytes[at] = bits >> held
      at += 1
      bits &= (1 << held) - 1
    }
    return bits === 0 ? bytes : null
  },
}

/** 32 bytes in 43 characters: the last one carries four bits, so its two low bits are zero. */
export const isBytes32 = (text: unknown): text is string =>
  typeof text === 'string' && /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text)
