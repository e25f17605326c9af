import { verifySignature } from './ed25519.ts'
import { type Note, type NoteSignature, parseNote } from './note.ts'
import { cosignedBytes } from './sign.ts'
import type { VerifierKey } from './verifier-key.ts'

/** A key whose signature holds. */
export interface VerifiedKey extends VerifierKey {
  /** When a cosigner says it saw the note, seconds since the epoch; null for a plain signature. */
  readonly timeSeconds: number | null
}

/** unreadable: no signed note. signature: a known key's line does not hold. unknown: no known key signed. */
export type NoteFault = 'unreadable' | 'signature' | 'unknown'

/** `verified` is empty exactly when `refused` says why. */
export interface NoteVerdict {
  /** Each key once, in the order of `keys`. */
  readonly verified: readonly VerifiedKey[]
  readonly refused: NoteFault | null
}

/**
 * Who of these keys signed the note. Lines of unknown keys say nothing; one bad line of a known key and the whole note is
 * refused (C2SP signed-note). Never throws.
 */
export const verifyNote = async (note: string | Note, keys: readonly VerifierKey[]): Promise<NoteVerdict> => {
  const parsed = typeof note === 'string' ? parseNote(note) : note
  if (parsed === null) return { verified: [], refused: 'unreadable' }
  const verified: VerifiedKey[] = []
  for (const key of keys) {
    if (verified.some(({ text }) => text === key.text)) continue
    const claims = parsed.signatures.filter(({ name, keyId }) => name === key.name && keyId === key.keyId)
    for (const claim of claims)
      if (!(await holds(parsed.text, claim, key))) return { verified: [], refused: 'signature' }
    const [first] = claims
    if (first) verified.push({ ...key, timeSeconds: timeOf(first, key) })
  }
  return { verified, refused: verified.length === 0 ? 'unknown' : null }
}

const holds = async (text: string, { blob }: NoteSignature, key: VerifierKey): Promise<boolean> => {
  if (key.algorithm === 'ed25519') return verifySignature(key.publicKey, new TextEncoder().encode(text), blob)
  if (blob.length !== 72) return false
  return verifySignature(key.publicKey, cosignedBytes(text, secondsOf(blob)), blob.subarray(8))
}

const secondsOf = (blob: Uint8Array): bigint =>
  new DataView(blob.buffer, blob.byteOffset, blob.byteLength).getBigUint64(0)

const timeOf = ({ blob }: NoteSignature, { algorithm }: VerifierKey): number | null =>
  algorithm === 'cosignature' ? Number(secondsOf(blob)) : null
