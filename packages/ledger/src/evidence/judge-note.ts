import { type Checkpoint, parseCheckpoint } from '../notes/checkpoint.ts'
import { type Note, parseNote } from '../notes/note.ts'
import { fingerprintOf, type VerifierKey } from '../notes/verifier-key.ts'
import { verifyNote } from '../notes/verify.ts'
import { maySign } from './epoch.ts'
import { type Contradiction, contradiction, type Reader, type SigningKey, type Verdict } from './verdict.ts'

/** What a signed checkpoint comes to for this reader. */
export interface JudgedNote extends Pick<Verdict, 'signed' | 'witnessed' | 'contradictions'> {
  /** Null when it cannot be read. */
  readonly checkpoint: Checkpoint | null
  /** Fingerprints of all the reader's keys that signed; `signed.by` is one of them. */
  readonly signers: readonly string[]
}

/** Who signed a checkpoint. `place` names it in contradictions. */
export const judgeNote = async (text: string, reader: Reader, place: string): Promise<JudgedNote> => {
  const note = parseNote(text)
  const checkpoint = note === null ? null : parseCheckpoint(note.text)
  const nobody = { by: null, pinned: reader.pins === null ? 'not asked' : 'no' } as const
  if (note === null || checkpoint === null) {
    return {
      checkpoint: null,
      signers: [],
      signed: nobody,
      witnessed: { count: 0, of: reader.witnesses.length, names: [] },
      contradictions: [contradiction('unreadable', place, 'this is not a signed checkpoint')],
    }
  }
  const signers = await judgeSigners(note, checkpoint, reader, place)
  const witnesses = await judgeWitnesses(note, reader, place)
  return {
    checkpoint,
    signers: signers.all,
    signed: signers.by === null ? nobody : { by: signers.by, pinned: pinnedOf(signers.by, reader) },
    witnessed: witnesses.witnessed,
    contradictions: [...signers.contradictions, ...witnesses.contradictions],
  }
}

const pinnedOf = (fingerprint: string, { pins }: Reader): Verdict['signed']['pinned'] => {
  if (pins === null) return 'not asked'
  return pins.includes(fingerprint) ? 'yes' : 'no'
}

interface Judged {
  readonly contradictions: readonly Contradiction[]
}

/** A key signs for the log it is named after (`maySign`), and only up to the size it was retired at. */
const judgeSigners = async (
  note: Note,
  { origin, size }: Checkpoint,
  reader: Reader,
  place: string,
): Promise<Judged & { readonly by: string | null; readonly all: readonly string[] }> => {
  const own = reader.keys.filter(({ name, algorithm }) => maySign(name, origin) && algorithm === 'ed25519')
  const { verified, refused } = await verifyNote(note, own)
  if (refused === 'signature') {
    const detail = 'the signature of a key of this log does not hold'
    return { by: null, all: [], contradictions: [contradiction('signature', place, detail)] }
  }
  const signing = verified.filter((key) => signsAt(own, key, size))
  const all = signing.map(({ text }) => fingerprintOf(text))
  const by = all.find((print) => reader.pins?.includes(print)) ?? all[0] ?? null
  if (by !== null || verified.length === 0) return { by, all, contradictions: [] }
  const detail = `only a key signed that was retired before size ${size}`
  return { by: null, all, contradictions: [contradiction('retired', place, detail)] }
}

const signsAt = (keys: readonly SigningKey[], { text }: VerifierKey, size: number): boolean =>
  keys.every((key) => key.text !== text || size <= (key.retiredSize ?? Number.POSITIVE_INFINITY))

/** A cosignature does not say whose it is (C2SP tlog-cosignature), so one public key counts once. */
const judgeWitnesses = async (
  note: Note,
  { witnesses }: Reader,
  place: string,
): Promise<Judged & Pick<Verdict, 'witnessed'>> => {
  const distinct = witnesses.filter(
    (key, index) =>
      witnesses.findIndex((other) => String(other.publicKey) === String(key.publicKey)) === index,
  )
  const { verified, refused } = await verifyNote(note, distinct)
  const names = verified.map(({ name }) => name)
  const contradictions =
    refused === 'signature'
      ? [contradiction('witness', place, 'the signature of a witness does not hold')]
      : []
  return { witnessed: { count: names.length, of: distinct.length, names }, contradictions }
}
