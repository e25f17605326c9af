import { publicKeyOf, signerOf } from './ed25519.ts'
import { formatSignature, isNoteText } from './note.ts'
import { formatVerifierKey, type KeyAlgorithm, parseVerifierKey, type VerifierKey } from './verifier-key.ts'

/** Whoever holds a private key; the seed itself is out of reach. */
export interface Signer {
  readonly key: VerifierKey
  /** The bare Ed25519 signature, 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>
}

/** A signer from a seed of 32 bytes. Throws RangeError for a seed or a name that makes no key. */
export const createSigner = async (
  name: string,
  seed: Uint8Array,
  algorithm: KeyAlgorithm,
): Promise<Signer> => {
  const key = parseVerifierKey(formatVerifierKey(name, await publicKeyOf(seed), algorithm))
  if (key === null) throw new RangeError('the seed makes no verifier key')
  return { key, sign: await signerOf(seed) }
}

/** The signed note. Throws RangeError for a text that is no note's, no signer, or one that signs cosignatures only. */
export const signNote = async (text: string, signers: readonly Signer[]): Promise<string> => {
  if (!isNoteText(text)) throw new RangeError('the text of a note ends in LF and has no control characters')
  if (signers.length === 0) throw new RangeError('a note has a signature')
  const lines = await Promise.all(
    signers.map(async ({ key, sign }) => {
      if (key.algorithm !== 'ed25519') throw new RangeError(`${key.name} signs with a time: use cosignLine`)
      return formatSignature(key.name, key.keyId, await sign(new TextEncoder().encode(text)))
    }),
  )
  return `${text}\n${lines.map((line) => `${line}\n`).join('')}`
}

/** A witness's line, without LF, below a checkpoint it saw at that time (C2SP tlog-cosignature). Throws RangeError. */
export const cosignLine = async (
  noteText: string,
  { key, sign }: Signer,
  timeSeconds: number,
): Promise<string> => {
  if (key.algorithm !== 'cosignature') throw new RangeError(`${key.name} does not sign with a time`)
  if (!Number.isSafeInteger(timeSeconds) || timeSeconds < 0) throw new RangeError('the time is whole seconds')
  const signature = await sign(cosignedBytes(noteText, BigInt(timeSeconds)))
  const blob = new Uint8Array(72)
  new DataView(blob.buffer).setBigUint64(0, BigInt(timeSeconds))
  blob.set(signature, 8)
  return formatSignature(key.name, key.keyId, blob)
}

/** What a cosignature signs. */
export const cosignedBytes = (noteText: string, timeSeconds: bigint): Uint8Array =>
  new TextEncoder().encode(`cosignature/v1\ntime ${timeSeconds}\n${noteText}`)
