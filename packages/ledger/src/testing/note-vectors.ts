import {
  createSigner,
  fingerprintOf,
  formatCheckpoint,
  formatVerifierKey,
  type KeyAlgorithm,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  publicKeyOf,
  verifyNote,
  verifySignature,
} from '../notes/index.ts'
import { differ, readVector, unbase64, type VectorCheck } from './vector-reading.ts'

interface NoteVector {
  readonly check: 'signer' | 'note' | 'vkey' | 'signature' | 'checkpoint'
  readonly name: string
  readonly seed: string
  readonly algorithm: KeyAlgorithm
  readonly publicKey: string
  readonly vkey: string
  readonly fingerprint: string
  readonly message: string
  readonly signature: string
  readonly note: string
  readonly keys: readonly string[]
  readonly verified: readonly string[]
  readonly times: readonly (number | null)[]
  readonly refused: string
  readonly text: string
  readonly origin: string
  readonly size: number
  readonly root: string
  /** Without extension lines. */
  readonly plain: boolean
}

export const checkNotes: VectorCheck = async ({ valid, bytes }) => {
  const vector = readVector<NoteVector>(bytes)
  if (vector.check === 'signer') return checkSigner(vector)
  if (vector.check === 'note') return checkNote(vector, valid)
  if (vector.check === 'vkey') return checkKey(vector, valid)
  if (vector.check === 'checkpoint') return checkCheckpoint(vector, valid)
  const [key, signature] = [unbase64(vector.publicKey), unbase64(vector.signature)]
  return differ(await verifySignature(key, new TextEncoder().encode(vector.message), signature), valid)
}

const checkSigner = async (vector: NoteVector): Promise<string | null> => {
  const signer = await createSigner(vector.name, unbase64(vector.seed), vector.algorithm)
  const message = new TextEncoder().encode(vector.message)
  const signature = await signer.sign(message)
  return (
    differ(await publicKeyOf(unbase64(vector.seed)), vector.publicKey) ??
    differ(signer.key.text, vector.vkey) ??
    differ(fingerprintOf(vector.vkey), vector.fingerprint) ??
    differ(signature, vector.signature) ??
    differ(await verifySignature(signer.key.publicKey, message, signature), true)
  )
}

const checkNote = async ({ note, keys, ...expected }: NoteVector, valid: boolean): Promise<string | null> => {
  const parsed = keys.flatMap((text) => parseVerifierKey(text) ?? [])
  if (parsed.length !== keys.length) return 'a key of the vector does not parse'
  const { verified, refused } = await verifyNote(note, parsed)
  if (!valid) return differ([verified.length, refused], [0, expected.refused])
  return (
    differ(refused, null) ??
    differ(
      verified.map(({ name }) => name),
      expected.verified,
    ) ??
    differ(
      verified.map(({ timeSeconds }) => timeSeconds),
      expected.times,
    ) ??
    differ(parseNote(note)?.text, expected.text)
  )
}

const checkKey = ({ vkey, name, algorithm, publicKey }: NoteVector, valid: boolean): string | null => {
  const key = parseVerifierKey(vkey)
  if (!valid) return differ(key, null)
  const said = key && { name: key.name, algorithm: key.algorithm, publicKey: key.publicKey }
  return (
    differ(said, { name, algorithm, publicKey }) ??
    differ(formatVerifierKey(name, unbase64(publicKey), algorithm), vkey)
  )
}

const checkCheckpoint = ({ text, origin, size, root, plain }: NoteVector, valid: boolean): string | null => {
  const checkpoint = parseCheckpoint(text)
  if (!valid) return differ(checkpoint, null)
  const written = plain ? differ(formatCheckpoint({ origin, size, root: unbase64(root) }), text) : null
  return differ(checkpoint, { origin, size, root }) ?? written
}
