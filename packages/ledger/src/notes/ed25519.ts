import { base64url } from '../base64url.ts'

/**
 * Whether 32 bytes may be an Ed25519 point to trust: written canonically (RFC 8032 §5.1.3) and not of small order, the
 * identity included. With a small-order key one signature can hold for many messages. Bytes off the curve pass: no
 * signature ever holds under them.
 */
export const isSoundKey = (bytes: Uint8Array): boolean => {
  if (bytes.length !== 32) return false
  let y = 0n
  for (let index = 31; index >= 0; index -= 1) y = (y << 8n) | BigInt(bytes[index] ?? 0)
  y &= (1n << 255n) - 1n
  return y < prime && !smallOrder.has(y)
}

const prime = 2n ** 255n - 19n

/** y of the eight points whose order divides 8: 1; -1; 0 twice; and four of order 8, in two pairs. */
const orderEight = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n
const smallOrder: ReadonlySet<bigint> = new Set([1n, prime - 1n, 0n, orderEight, prime - orderEight])

/**
 * Whether an Ed25519 signature of 64 bytes holds. Small-order and non-canonical keys and nonces are refused everywhere
 * alike, since platforms disagree about them. Never throws.
 */
export const verifySignature = async (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> => {
  if (signature.length !== 64 || !isSoundKey(publicKey) || !isSoundKey(signature.subarray(0, 32)))
    return false
  try {
    const key = await crypto.subtle.importKey('raw', copy(publicKey), 'Ed25519', false, ['verify'])
    return await crypto.subtle.verify('Ed25519', key, copy(signature), copy(message))
  } catch {
    return false
  }
}

/** RFC 8410: the fixed beginning of a PKCS #8 Ed25519 key; the seed follows. */
const pkcs8Prefix = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]

/** Takes 32 bytes of seed. Throws RangeError for another length. */
const importSeed = async (seed: Uint8Array, extractable: boolean): Promise<CryptoKey> => {
  if (seed.length !== 32) throw new RangeError(`an Ed25519 seed has 32 bytes, not ${seed.length}`)
  const bytes = Uint8Array.of(...pkcs8Prefix, ...seed)
  return crypto.subtle.importKey('pkcs8', bytes, 'Ed25519', extractable, ['sign'])
}

/** The 32 bytes of the public half. Throws RangeError for a seed of another length. */
export const publicKeyOf = async (seed: Uint8Array): Promise<Uint8Array> => {
  const { x = '' } = await crypto.subtle.exportKey('jwk', await importSeed(seed, true))
  return base64url.decode(x) ?? new Uint8Array()
}

/** Signs with the key of this seed from now on; 64 bytes a signature. Throws RangeError as `publicKeyOf` does. */
export const signerOf = async (seed: Uint8Array): Promise<(message: Uint8Array) => Promise<Uint8Array>> => {
  const key = await importSeed(seed, false)
  return async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', key, copy(message)))
}

/** WebCrypto takes no view of memory that may be shared. */
const copy = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)
