import { base64 } from '../base64.ts'
import { base64url } from '../base64url.ts'
import { sha256 } from '../hash.ts'
import { isSoundKey } from './ed25519.ts'

/** What a key signs: notes, or other people's checkpoints together with the time (C2SP tlog-cosignature). */
export type KeyAlgorithm = 'ed25519' | 'cosignature'

/** A C2SP verifier key, `name+keyId+base64(algorithm ‖ public key)`. */
export interface VerifierKey {
  /** Of a log's key: the log's origin. */
  readonly name: string
  /** 8 hex digits: SHA-256(name ‖ LF ‖ algorithm ‖ public key), the first four bytes. */
  readonly keyId: string
  readonly algorithm: KeyAlgorithm
  /** 32 bytes, never of small order. */
  readonly publicKey: Uint8Array
  /** As `formatVerifierKey` writes it. */
  readonly text: string
}

const algorithmBytes = { ed25519: 0x01, cosignature: 0x04 } as const

/** C2SP signed-note: not empty, no white space, no plus. Control characters would not survive a note. */
export const isKeyName = (name: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a note holds none of them.
  name !== '' && !/[\p{White_Space}+\p{Surrogate}\u0000-\u001f]/u.test(name)

/** Throws RangeError for a name or a public key that `parseVerifierKey` would refuse. */
export const formatVerifierKey = (name: string, publicKey: Uint8Array, algorithm: KeyAlgorithm): string => {
  if (!isKeyName(name)) throw new RangeError('a key name is not empty and has neither white space nor "+"')
  if (!isSoundKey(publicKey)) throw new RangeError('this public key is not to be trusted')
  const typed = Uint8Array.of(algorithmBytes[algorithm], ...publicKey)
  return `${name}+${keyIdOf(name, typed)}+${base64.encode(typed)}`
}

/** TRUST BOUNDARY: null for any other spelling, a key ID that does not fit, an unsound public key, another algorithm. */
export const parseVerifierKey = (text: string): VerifierKey | null => {
  // The base64 may hold a plus of its own.
  const [, name = '', keyId = '', encoded = ''] =
    /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+)$/.exec(text) ?? []
  const typed = base64.decode(encoded)
  if (typed?.length !== 33 || !isKeyName(name) || keyIdOf(name, typed) !== keyId) return null
  const algorithm = algorithmOf(typed[0])
  const publicKey = typed.slice(1)
  if (algorithm === null || !isSoundKey(publicKey)) return null
  return { name, keyId, algorithm, publicKey, text }
}

const algorithmOf = (byte: number | undefined): KeyAlgorithm | null => {
  if (byte === algorithmBytes.ed25519) return 'ed25519'
  return byte === algorithmBytes.cosignature ? 'cosignature' : null
}

const keyIdOf = (name: string, typed: Uint8Array): string => {
  const digest = sha256(Uint8Array.of(...new TextEncoder().encode(`${name}\n`), ...typed))
  return [...digest.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** What people compare: base64url SHA-256 of a verifier key's text. */
export const fingerprintOf = (vkeyText: string): string =>
  base64url.encode(sha256(new TextEncoder().encode(vkeyText)))
