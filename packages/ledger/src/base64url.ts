/** RFC 4648 §5 without padding: how hashes, salts and keys are written in JSON. */
export const base64url = {
  encode: (bytes: Uint8Array): string => {
    let binary = ''
    for (const byte of bytes) binary += String.fromCharCode(byte)
    return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  },
  /** Null for anything `encode` could not have written: padding, other alphabets, stray trailing bits. */
  decode: (text: string): Uint8Array | null => {
    if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0))
    return base64url.encode(bytes) === text ? bytes : null
  },
}

/** 32 bytes in 43 characters: the last one carries four bits, so its two low bits are zero. */
export const isBytes32 = (text: unknown): text is string =>
  typeof text === 'string' && /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text)
