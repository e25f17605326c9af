import { base64url } from './base64url.ts'
import { sha256 as portable } from './sha256.ts'

/** SHA-256 as 32 bytes, or as 32 characters up to U+00FF: Node makes those three times faster. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array | string

let current: Sha256 = portable

/** Digests of nothing, of one block and of two; each has to come out before a hash is believed. */
const vectors: readonly (readonly [length: number, digest: string])[] = [
  [0, '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'],
  [3, 'rksygOVuL6-D9BSm49q-nV--GJdlRMBf7RIazLhbU_w'],
  [65, 'S_0si28e7Hoq_rSLk07ksmlBggJ-bQ_AdQdPL6uzF4E'],
]

/**
 * Hashes with the platform's SHA-256 from now on, everywhere in this package; on Node
 * `useSha256((bytes) => hash('sha256', bytes, 'binary'))`. Throws RangeError for a function that is not SHA-256.
 */
export const useSha256 = (hash: Sha256): void => {
  for (const [length, digest] of vectors) {
    const made = bytesOf(hash(Uint8Array.from({ length }, (_, index) => index)))
    if (base64url.encode(made) !== digest) throw new RangeError('this is not SHA-256')
  }
  current = hash
}

/** What the hash gave; `putDigest` reads it. Kept as it is where it only feeds another hash. */
export type Digest = Uint8Array | string

export const digestOf = (bytes: Uint8Array): Digest => current(bytes)

export const putDigest = (digest: Digest, into: Uint8Array, at: number): void => {
  if (typeof digest !== 'string') into.set(digest, at)
  else for (let index = 0; index < 32; index += 1) into[at + index] = digest.charCodeAt(index)
}

/** 32 bytes of their own: a Node Buffer's `slice` shares memory, so what leaves this package is never one. */
export const bytesOf = (digest: Digest): Uint8Array => {
  if (typeof digest !== 'string' && digest.constructor === Uint8Array) return digest
  const bytes = new Uint8Array(digest.length)
  putDigest(digest, bytes, 0)
  return bytes
}

export const sha256 = (bytes: Uint8Array): Uint8Array => bytesOf(current(bytes))

/** Input is put together here: allocating it costs more than hashing it. Nothing awaits in between. */
const scratch = new Uint8Array(4096)

/** SHA-256 over one tag byte and the parts; the tag keeps hashes of different things apart. 32 bytes. */
export const taggedHash = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array => {
  let length = 1
  for (const part of parts) length += part.length
  const input = length <= scratch.length ? scratch : new Uint8Array(length)
  input[0] = tag
  let at = 1
  for (const part of parts) {
    input.set(part, at)
    at += part.length
  }
  return bytesOf(current(input.subarray(0, length)))
}
