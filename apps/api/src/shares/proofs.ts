import { base64url, evidence } from '@watchbill/ledger'
import { readEntriesAt } from '../audit/entries-store.ts'
import type { Deps } from '../deps.ts'
import { proveInclusion } from '../log/proofs.ts'
import { readKeys, type StoredCheckpoint } from '../log/store.ts'
import { discloseEntry } from './disclosed-entry.ts'
import { isLost, placesOf, readFrozen, tellingOf } from './evidence.ts'
import { stateOf } from './service.ts'
import { findShare, type ShareRow } from './store.ts'
import { tarEnd, tarFile } from './tar.ts'

type Readers = Pick<Deps, 'dbFor' | 'now'>

/** Entries between two looks at whether the link still is open (SECURITY: streams end with it). */
const entriesAtOnce = 50

/** The entries of a share as C2SP tlog-proof files in an archive; null when the log does not hold them any more. */
export const openProofs = async (
  deps: Readers,
  share: ShareRow,
): Promise<ReadableStream<Uint8Array> | null> => {
  const frozen = await readFrozen(deps.dbFor(share.workspace), share)
  if (frozen === null) return null
  const files = readFiles(deps, share, frozen)
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await files.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await files.return(undefined)
    },
  })
}

async function* readFiles(
  deps: Readers,
  share: ShareRow,
  frozen: StoredCheckpoint,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const { workspace } = share
  const db = deps.dbFor(workspace)
  const seconds = share.createdAt / 1000
  const keys = await readKeys(db, workspace)
  yield tarFile('checkpoint', frozen.note, seconds)
  yield tarFile('keys', keys.map(({ vkey }) => `${vkey}\n`).join(''), seconds)
  const places = placesOf(share)
  for (let at = 0; at < places.length; at += entriesAtOnce) {
    await requireOpen(deps, share)
    const part = places.slice(at, at + entriesAtOnce)
    const rows = new Map((await readEntriesAt(db, workspace, part)).map((row) => [row.seq, row]))
    for (const seq of part) {
      const entry = discloseEntry(seq, rows.get(seq), noLeaf, tellingOf(share))
      const hashes = await proveInclusion(db, workspace, seq, share.size).catch(noneIfLost)
      yield entryFile(entry, hashes, frozen.note, seconds)
    }
  }
  yield tarEnd()
}

/** An entry file does without: the leaf follows from the header. */
const noLeaf = base64url.encode(new Uint8Array(32))

/** Breaks the archive off, so that nobody takes it for whole. */
const requireOpen = async ({ dbFor, now }: Readers, { workspace, id }: ShareRow): Promise<void> => {
  const row = await findShare(dbFor(workspace), workspace, id)
  if (row === null || stateOf(row, now()) !== 'open') throw new Error('the share is no longer open')
}

/** Where hashes of the tree are gone, the other entries may still be proven. */
const noneIfLost = (error: unknown): null => {
  if (isLost(error)) return null
  throw error
}

const entryFile = (
  { seq, header, members }: evidence.DisclosedEntry,
  hashes: Uint8Array[] | null,
  checkpoint: string,
  seconds: number,
): Uint8Array<ArrayBuffer> => {
  const text =
    hashes && tryFile({ header: new TextEncoder().encode(header), members, index: seq, hashes, checkpoint })
  if (text !== null) return tarFile(`${seq}.tlog-proof`, text, seconds)
  const why = `What is stored about place ${seq} proves no entry any more. The checkpoint says that one stood here.\n`
  return tarFile(`${seq}.damaged.txt`, why, seconds)
}

const tryFile = (file: evidence.EntryFile): string | null => {
  try {
    return evidence.formatEntryFile(file)
  } catch {
    return null
  }
}
