import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  base64url,
  commitment,
  type EntryHeader,
  type JsonValue,
  merkle,
  notes,
  parseHeader,
  parseJson,
  tiles,
} from '@watchbill/ledger'
import { folderFiles, LogFacts, PayloadLine } from './log-folder.ts'

/** An exported folder that cannot be taken in; the message says where and why. */
export class FolderError extends Error {
  override readonly name = 'FolderError'
}

export interface FolderLog extends notes.Checkpoint {
  readonly note: string
  readonly facts: LogFacts
  /** Fingerprint of the key that signed the checkpoint. */
  readonly signedBy: string
  /** Entries in order. Throws FolderError where they are not what was signed; the last step compares the root. */
  entries(): AsyncGenerator<FolderEntry>
}

export interface FolderEntry {
  readonly seq: number
  readonly header: EntryHeader
  readonly bytes: Uint8Array
  readonly leaf: Uint8Array
  readonly opened: { readonly salt: Uint8Array; readonly payload: string } | null
}

/**
 * Opens an exported log. TRUST BOUNDARY: the folder comes from anywhere; its checkpoint must be signed by a key that `pin`
 * names (verifier key or fingerprint), or, without a pin, by one of its own. Throws FolderError.
 */
export const openFolder = async (folder: string, pin: string | null): Promise<FolderLog> => {
  const note = readText(folder, folderFiles.checkpoint)
  const parsed = notes.parseNote(note)
  const said = parsed === null ? null : notes.parseCheckpoint(parsed.text)
  if (said === null) throw new FolderError('checkpoint: it is no signed checkpoint')
  const facts = LogFacts.safeParse(tryJson(readText(folder, folderFiles.facts)))
  if (!facts.success) throw new FolderError(`${folderFiles.facts}: it is not what an export writes`)
  const offered = [...readText(folder, folderFiles.keys).split('\n'), pin ?? '']
  const keys = offered
    .flatMap((text) => notes.parseVerifierKey(text.trim()) ?? [])
    .filter(({ text }) => pin === null || text === pin || notes.fingerprintOf(text) === pin)
  const { verified } = await notes.verifyNote(note, keys)
  const [key] = verified.filter(({ name }) => name === said.origin)
  if (key === undefined)
    throw new FolderError('checkpoint: no key that you named, or that came along, signed it')
  return {
    ...said,
    note,
    facts: facts.data,
    signedBy: notes.fingerprintOf(key.text),
    entries: () => entriesOf(folder, said, facts.data.workspace),
  }
}

async function* entriesOf(folder: string, { size, root }: notes.Checkpoint, workspace: string) {
  let frontier: ReturnType<typeof merkle.appendLeaf> = merkle.emptyFrontier
  const chains = new Map<string, { next: number; last: string }>()
  const payloads = createPayloads(folder)
  while (frontier.size < size) {
    const n = Math.floor(frontier.size / tiles.tileWidth)
    const width = tiles.widthAt(0, n, size)
    const path = tiles.formatBundlePath({ n, width })
    const bundle = existsSync(join(folder, path)) ? tiles.parseBundle(readBytes(folder, path)) : null
    if (bundle?.length !== width) throw new FolderError(`${path}: it is missing, or not a bundle of ${width}`)
    for (const bytes of bundle) {
      const seq = frontier.size
      const header = requireHeader(bytes, seq, workspace, chains)
      const leaf = merkle.leafHash(bytes)
      chains.set(header.producer, { next: header.pseq + 1, last: base64url.encode(leaf) })
      frontier = merkle.appendLeaf(frontier, leaf)
      const entry: FolderEntry = { seq, header, bytes, leaf, opened: await payloads.of(seq, header) }
      yield entry
    }
  }
  if (!merkle.sameHash(merkle.rootOf(frontier), root))
    throw new FolderError('the entries have another root than the one that was signed')
}

const requireHeader = (
  bytes: Uint8Array,
  seq: number,
  workspace: string,
  chains: ReadonlyMap<string, { next: number; last: string }>,
): EntryHeader => {
  const header = tryHeader(bytes)
  if (header?.ws !== workspace) throw new FolderError(`entry ${seq}: it is no entry of ${workspace}`)
  const { next, last } = chains.get(header.producer) ?? { next: 0, last: 'A'.repeat(43) }
  if (header.pseq === next && header.prev === last) return header
  throw new FolderError(`entry ${seq}: it does not follow the entry before it of its producer`)
}

/** Lines in the order of the log, read along with it. */
const createPayloads = (folder: string) => {
  const path = join(folder, folderFiles.payloads)
  const lines = existsSync(path)
    ? createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })[
        Symbol.asyncIterator
      ]()
    : null
  let next: PayloadLine | null | undefined
  const advance = async (): Promise<PayloadLine | null> => {
    const step = lines === null ? null : await lines.next()
    if (step === null || step.done === true) return null
    const line = PayloadLine.safeParse(tryJson(step.value))
    if (!line.success) throw new FolderError(`${folderFiles.payloads}: a line is not what an export writes`)
    return line.data
  }
  return {
    async of(seq: number, header: EntryHeader): Promise<FolderEntry['opened']> {
      if (next === undefined) next = await advance()
      if (next?.seq !== seq) return null
      const { salt: text, payload } = next
      next = await advance()
      const salt = base64url.decode(text)
      const value = tryStrict(payload)
      if (salt === null || value === null || !commitment.checkPayload(header, value, salt))
        throw new FolderError(`entry ${seq}: its header commits to another payload`)
      return { salt, payload }
    },
  }
}

const tryHeader = (bytes: Uint8Array): EntryHeader | null => {
  try {
    return parseHeader(bytes)
  } catch {
    return null
  }
}

const tryStrict = (text: string): { [key: string]: JsonValue } | null => {
  try {
    const value = parseJson(new TextEncoder().encode(text))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

const tryJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const readBytes = (folder: string, path: string): Uint8Array =>
  new Uint8Array(readFileSync(join(folder, path)))

const readText = (folder: string, path: string): string => {
  if (!existsSync(join(folder, path)))
    throw new FolderError(`${path}: it is missing; is this an exported log?`)
  return readFileSync(join(folder, path), 'utf8')
}
