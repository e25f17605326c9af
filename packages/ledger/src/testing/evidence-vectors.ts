import type { DisclosedMember } from '../commitment.ts'
import {
  acceptKeys,
  formatEntryFile,
  parseEntryFile,
  type SigningKey,
  type Verdict,
  verifyChain,
  verifyEntry,
  verifyExtension,
  verifyRange,
} from '../evidence/index.ts'
import { parseKey, type ReaderText, readReader, summaryOf } from './reader-text.ts'
import { checkDisclosureVector, checkExportVector } from './share-vectors.ts'
import { differ, readVector, unbase64, type VectorCheck } from './vector-reading.ts'

interface EvidenceVector {
  readonly check: 'entry' | 'extension' | 'range' | 'chain' | 'keys' | 'disclosure' | 'export'
  readonly reader: ReaderText
  readonly verdict: unknown
  readonly file: string
  readonly older: string
  readonly newer: string
  readonly hashes: readonly string[]
  readonly from: number
  readonly headers: readonly string[]
  readonly checkpoint: string
  readonly entries: readonly {
    readonly header: string
    readonly members: readonly DisclosedMember[] | null
  }[]
  readonly machineKeys: readonly string[] | null
  readonly pinned: readonly string[]
  readonly path: readonly string[]
  readonly keys: readonly { readonly vkey: string; readonly retiredSize: number | null }[]
  readonly refused: readonly number[]
}

export const checkEvidence: VectorCheck = async ({ valid, bytes }) => {
  const vector = readVector<EvidenceVector>(bytes)
  if (vector.check === 'keys') return checkKeys(vector)
  if (vector.check === 'disclosure') return checkDisclosureVector(bytes)
  if (vector.check === 'export') return checkExportVector(bytes)
  if (vector.check === 'entry' && valid) {
    const parsed = parseEntryFile(vector.file)
    const written = parsed === null ? 'does not parse' : differ(formatEntryFile(parsed), vector.file)
    if (written !== null) return written
  }
  return differ(summaryOf(await judge(vector)), vector.verdict)
}

const judge = async (vector: EvidenceVector): Promise<Verdict> => {
  const encode = (text: string) => new TextEncoder().encode(text)
  const { check, file, older, newer, from, checkpoint } = vector
  if (check === 'chain')
    return verifyChain({
      entries: vector.entries.map(({ header, members }) => ({ header: encode(header), members })),
      machineKeys: vector.machineKeys?.map(unbase64) ?? null,
    })
  const reader = readReader(vector.reader)
  if (check === 'entry') return verifyEntry(file, reader)
  const hashes = vector.hashes.map(unbase64)
  if (check === 'extension') return verifyExtension({ older, newer, hashes }, reader)
  return verifyRange({ from, headers: vector.headers.map(encode), hashes, checkpoint }, reader)
}

const checkKeys = async ({ pinned, path, keys, refused }: EvidenceVector): Promise<string | null> => {
  const made = await acceptKeys(pinned.map(parseKey), path)
  const said = (key: SigningKey) => ({ vkey: key.text, retiredSize: key.retiredSize ?? null })
  const steps = made.contradictions.map(({ place }) => Number(place.split(' ')[1]))
  return differ(made.keys.map(said), keys) ?? differ(steps, refused)
}
