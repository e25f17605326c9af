import { sha256 } from '@noble/hashes/sha2.js'

/** SHA-256 over one tag byte and the parts; the tag keeps hashes of different things apart. 32 bytes. */
export const taggedHash = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = sha256.create().update(Uint8Array.of(tag))
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** Leaf hash of an entry's exact header bytes (RFC 6962 §2.1): SHA-256(0x00 ‖ bytes). */
export const leafHash = (headerBytes: Uint8Array): Uint8Array => taggedHash(0x00, headerBytes)
