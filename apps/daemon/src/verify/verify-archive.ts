import { evidence, notes } from '@watchbill/ledger'
import { type Contradictions, createContradictions } from './contradictions.ts'
import type { Report } from './report.ts'
import { compareTrees } from './seen-tree.ts'
import { checkSignatures } from './signature.ts'
import { TarError, type TarFile, tarFiles } from './tar-files.ts'
import { gatherKeys } from './trusted-keys.ts'
import type { VerifyOptions } from './verify-log.ts'

/**
 * Checks the entry files of an archive (`<place>.tlog-proof`) against the one checkpoint that lies beside them. Remembers
 * nothing, as a single entry file does not either.
 */
export const verifyArchive = async (
  where: string,
  archive: Uint8Array,
  { pin, policy, memory, onProgress }: VerifyOptions,
): Promise<Report> => {
  const found = createContradictions()
  const { files, note, offered } = readFiles(archive, found)
  const said = notes.parseCheckpoint(notes.parseNote(note ?? '')?.text ?? '')
  if (note === null || said === null)
    found.add('checkpoint', note === null ? 'missing' : 'note', 'there is no checkpoint that can be read')
  const seen = said === null ? null : await memory.read(said.origin)
  const origin = said?.origin ?? ''
  const keys = gatherKeys({ origin, pin, policy, remembered: seen?.vkey ?? null, offered })
  const signatures = await checkSignatures(note ?? '', keys, policy, found)
  const tally = createTally(note, found)
  for (const [index, file] of files.entries()) {
    await tally.file(file)
    onProgress(index + 1, files.length)
  }
  const compared = seen === null || said === null ? null : compareTrees(seen, said)
  for (const { place, kind, detail } of compared?.contradictions ?? []) found.add(place, kind, detail)
  const { entries, bad, firstBad } = tally
  const clean = found.list.length === 0
  return {
    kind: 'archive',
    where,
    origin: said?.origin ?? null,
    size: said?.size ?? null,
    consistent: !clean ? 'no' : entries === 0 ? 'unknown' : 'yes',
    signed: signatures.signed,
    witnessed: signatures.witnessed,
    freshAs: said === null || signatures.signed.by === null ? null : said.size,
    seenBefore: compared?.seenBefore ?? null,
    contradictions: found.list,
    entry: null,
    counted: { entries, pending: 0, bad, firstBad },
  }
}

const readFiles = (archive: Uint8Array, found: Contradictions) => {
  const files: TarFile[] = []
  const beside = new Map<string, string>()
  try {
    for (const file of tarFiles(archive)) {
      const known = file.name === 'checkpoint' || file.name === 'keys'
      if (!known) files.push(file)
      else if (beside.has(file.name)) found.add('archive', 'order', `it has two files called ${file.name}`)
      else beside.set(file.name, decode(file.bytes))
    }
  } catch (error) {
    if (!(error instanceof TarError)) throw error
    found.add('archive', 'unreadable', error.message)
  }
  return { files, note: beside.get('checkpoint') ?? null, offered: beside.get('keys') ?? null }
}

const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

/** Nobody is asked again who signed: every file carries the very checkpoint that was judged. */
const nobody: evidence.Reader = { keys: [], pins: null, witnesses: [] }

const createTally = (note: string | null, found: Contradictions) => {
  const places = new Set<number>()
  const tally = { entries: 0, bad: 0, firstBad: null as number | null }
  const spoil = (place: string, seq: number | null, kind: string, detail: string): void => {
    tally.bad += 1
    tally.firstBad ??= seq
    found.add(place, kind, detail)
  }
  return Object.assign(tally, {
    async file({ name, bytes }: TarFile): Promise<void> {
      tally.entries += 1
      const text = decode(bytes)
      const file = evidence.parseEntryFile(text)
      if (file === null)
        return spoil(`file ${name}`, null, 'unreadable', 'this is not an entry with its proof')
      const place = `entry ${file.index}`
      if (name !== `${file.index}.tlog-proof`)
        return spoil(`file ${name}`, file.index, 'order', `it is called otherwise than entry ${file.index}`)
      if (places.has(file.index)) return spoil(place, file.index, 'order', 'it is in the archive twice')
      places.add(file.index)
      if (file.checkpoint !== note)
        return spoil(place, file.index, 'origin', 'it is proven by another checkpoint than the archive has')
      const { contradictions } = await evidence.verifyEntry(text, nobody)
      const [first] = contradictions
      if (first) spoil(place, file.index, first.kind, first.detail)
    },
  })
}
