import { taggedHash } from '../hash.ts'

/** Bytes of a SHA-256 hash. */
export const hashBytes = 32

/** Leaf hash of an entry's exact header bytes (RFC 6962 §2.1): SHA-256(0x00 ‖ bytes). */
export const leafHash = (headerBytes: Uint8Array): Uint8Array => taggedHash(0x00, headerBytes)

/** Hash of an inner node (RFC 6962 §2.1): SHA-256(0x01 ‖ left ‖ right). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => taggedHash(0x01, left, right)
