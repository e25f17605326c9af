import type { LogKey } from '@watchbill/contract/audit'
import { evidence } from '@watchbill/ledger'
import type { ReadDb } from '../db/open.ts'
import { proveInclusion } from '../log/proofs.ts'
import { readFirstHolding, type StoredCheckpoint } from '../log/store.ts'
import { readEntryRows } from './entries-store.ts'
import { viewEntry } from './entry-view.ts'

/**
 * Entry files of the `key.added` entries of a log's keys, by verifier key, oldest first: whoever trusts one of them can
 * follow to the others (SECURITY "Rotation"). Each under the first checkpoint that holds it, which the keys before it
 * signed too. A machine may read these although it may read no other entry. Damaged ones are left out.
 */
export const proveKeys = async (
  db: ReadDb,
  workspace: string,
  keys: readonly Pick<LogKey, 'vkey' | 'epoch' | 'addedSeq'>[],
): Promise<ReadonlyMap<string, string>> => {
  // One key needs no introduction by another.
  if (keys.length < 2) return new Map()
  const proofs = keys.map(async ({ vkey, epoch, addedSeq }) => {
    const checkpoint = addedSeq === null ? null : await readFirstHolding(db, workspace, epoch, addedSeq)
    const file =
      addedSeq === null || checkpoint === null ? null : await proveEntry(db, workspace, addedSeq, checkpoint)
    return file === null ? [] : [[vkey, file] as const]
  })
  return new Map((await Promise.all(proofs)).flat())
}

const proveEntry = async (
  db: ReadDb,
  workspace: string,
  seq: number,
  { note, size }: StoredCheckpoint,
): Promise<string | null> => {
  const [row] = await readEntryRows(db, workspace, seq, seq + 1)
  if (row === undefined) return null
  const hashes = await proveInclusion(db, workspace, seq, size)
  const { members } = viewEntry(row, false)
  try {
    return evidence.formatEntryFile({
      header: new Uint8Array(row.header),
      members,
      index: seq,
      hashes,
      checkpoint: note,
    })
  } catch {
    return null
  }
}
