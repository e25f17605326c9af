import { Fault } from '@watchbill/contract/fault'
import { base64url, type evidence } from '@watchbill/ledger'
import { readEntriesAt } from '../audit/entries-store.ts'
import type { ReadDb } from '../db/open.ts'
import type { Deps } from '../deps.ts'
import { instant } from '../identity/instant.ts'
import { formatHash, proveConsistency } from '../log/proofs.ts'
import { proveSelection } from '../log/selection.ts'
import { readEpochs, readKeys, readLog, type StoredCheckpoint } from '../log/store.ts'
import { pause } from '../pause.ts'
import { discloseEntry, type Telling } from './disclosed-entry.ts'
import { readCheckpointOf } from './evidence-store.ts'
import type { ShareRow } from './store.ts'
import { mayTell, queryOf } from './told-query.ts'

/** Sizes a visitor asks about; null where none is. */
export interface Asked {
  /** Of the newest checkpoint to speak of. */
  readonly at: number | null
  /** Of a tree seen before. */
  readonly seen: number | null
}

/** What a share shows and what proves it, out of the bytes that are stored now. Null when the log does not hold it any more. */
export const readEvidence = async (
  { dbFor }: Pick<Deps, 'dbFor'>,
  share: ShareRow,
  asked: Asked,
): Promise<evidence.Disclosure | null> => {
  const { workspace, epoch, size } = share
  const db = dbFor(workspace)
  const frozen = await readFrozen(db, share)
  if (frozen === null) return null
  try {
    const newest = (await readNewest(db, share, asked.at)) ?? frozen
    const places = placesOf(share)
    const { leaves, hashes } = await proveSelection(db, workspace, places, size)
    const [keys, epochs] = await Promise.all([readKeys(db, workspace), readEpochs(db, workspace)])
    const [firstLine = ''] = frozen.note.split('\n')
    return {
      v: 1,
      kind: share.range === null ? 'selection' : 'range',
      origin: epochs.find((one) => one.epoch === epoch)?.origin ?? firstLine,
      share: share.id,
      title: share.title,
      query: tellQuery(share),
      range: share.range,
      redacted: share.redacted,
      createdAt: instant(share.createdAt),
      expiresAt: instant(share.expiresAt),
      checkpoint: frozen.note,
      keys: [...new Set(keys.map(({ vkey }) => vkey))],
      entries: await discloseAll(db, share, places, leaves),
      proof: hashes.map(formatHash),
      newest: await proveNewest(db, share, newest),
      seen: await proveSeen(db, workspace, newest.size, asked.seen),
    }
  } catch (error) {
    if (isLost(error)) return null
    throw error
  }
}

/** Hashes of the tree are gone, or the rows say sizes it never had. */
export const isLost = (error: unknown): boolean =>
  error instanceof RangeError || (error instanceof Fault && error.code === 'internal')

/** The checkpoint a share was frozen at, as long as the log reaches it. */
export const readFrozen = async (
  db: ReadDb,
  { workspace, epoch, size }: ShareRow,
): Promise<StoredCheckpoint | null> => {
  const log = await readLog(db, workspace)
  return log !== null && log.size >= size ? readCheckpointOf(db, workspace, epoch, size) : null
}

/** One of this very log, no older than the frozen one; else the newest there is. */
const readNewest = async (
  db: ReadDb,
  { workspace, epoch, size }: ShareRow,
  at: number | null,
): Promise<StoredCheckpoint | null> => {
  const asked = at !== null && at >= size ? await readCheckpointOf(db, workspace, epoch, at) : null
  return asked ?? (await readCheckpointOf(db, workspace, epoch, null))
}

const proveNewest = async (
  db: ReadDb,
  { workspace, size }: ShareRow,
  newest: StoredCheckpoint,
): Promise<evidence.Disclosure['newest']> => {
  if (newest.size <= size) return null
  const hashes = await proveConsistency(db, workspace, size, newest.size)
  return { checkpoint: newest.note, hashes: hashes.map(formatHash) }
}

const proveSeen = async (
  db: ReadDb,
  workspace: string,
  newest: number,
  seen: number | null,
): Promise<evidence.Disclosure['seen']> => {
  if (seen === null || seen === 0 || seen > newest) return null
  const hashes = await proveConsistency(db, workspace, seen, newest)
  return { size: seen, hashes: hashes.map(formatHash) }
}

const tellQuery = (share: ShareRow): string => (mayTell(queryOf(share), share) ? share.q : '')

/** Every place a share speaks of. */
export const placesOf = ({ range, seqs }: ShareRow): number[] =>
  range === null
    ? [...(seqs ?? [])]
    : Array.from({ length: range.to - range.from }, (_, index) => range.from + index)

/** A range whose filter is not understood any more tells headers only: never more than was meant. */
export const tellingOf = (share: ShareRow): Telling => {
  const redacted = new Set(share.redacted)
  const { content } = share
  if (share.range === null || share.q === '') return { asked: null, redacted, content }
  const query = queryOf(share)
  return { asked: query ?? nothing, redacted, content }
}

const span = { from: 0, to: 0 }
const everything = { kind: 'range', field: 'seq', min: null, max: null, span } as const
const nothing = { where: { kind: 'not', of: everything, span }, sort: 'newest' } as const

/** Rows read and hashed before others get their turn. */
const rowsAtOnce = 200

const discloseAll = async (
  db: ReadDb,
  share: ShareRow,
  places: readonly number[],
  leaves: readonly Uint8Array[],
): Promise<evidence.DisclosedEntry[]> => {
  const telling = tellingOf(share)
  const entries: evidence.DisclosedEntry[] = []
  for (let at = 0; at < places.length; at += rowsAtOnce) {
    const part = places.slice(at, at + rowsAtOnce)
    const rows = new Map((await readEntriesAt(db, share.workspace, part)).map((row) => [row.seq, row]))
    for (const [index, seq] of part.entries()) {
      const leaf = base64url.encode(leaves[at + index] ?? new Uint8Array(32))
      entries.push(discloseEntry(seq, rows.get(seq), leaf, telling))
    }
    await pause(0)
  }
  return entries
}
