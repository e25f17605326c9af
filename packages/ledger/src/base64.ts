/** RFC 4648 §4 with padding: how C2SP notes and proofs write bytes. */
export const base64 = {
  encode: (bytes: Uint8Array): string => {
    let binary = ''
    for (const byte of bytes) binary += String.fromCharCode(byte)
    return btoa(binary)
  },
  /** Null for anything `encode` could not have written: no padding, white space, stray trailing bits. */
  decode: (text: string): Uint8Array | null => {
    if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null
    const binary = atob(text)
    return btoa(binary) === text ? Uint8Array.from(binary, (char) => char.charCodeAt(0)) : null
  },
}

/** 32 bytes in standard base64; null for any other length or spelling. */
export const decodeHash = (text: string): Uint8Array | null => {
  const bytes = text.length === 44 ? base64.decode(text) : null
  return bytes?.length === 32 ? bytes : null
}
