import { base64url } from '@watchbill/ledger'
import type { ActorRef, Write } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { requireExtension } from './consistency.ts'
import { newKeyWrite } from './keys.ts'
import { originOfEpoch } from './origin.ts'
import { type Anchor, type Sealing, SealRefused } from './sealing.ts'
import { readNewestCheckpoint, readSealState, readTakeover, type SealState } from './store.ts'

type ContinueDeps = Pick<Deps, 'dbFor' | 'record' | 'ingest' | 'now' | 'randomBytes'>

export interface Continued {
  readonly origin: string
  readonly epoch: number
  /** Entries that are known to be those that were signed. */
  readonly restoredSize: number
  /** Entries that had been signed. */
  readonly oldSize: number
}

/**
 * Goes on with a database that the second place contradicts: the same tree under a new origin, its first entry says what
 * was lost (SECURITY). Null when nothing contradicts it. Each step may be cut short: the next call, or the sealer, goes on.
 * Throws Error when the workspace has no log, SealRefused when nothing was ever signed.
 */
export const continueLog = async (
  deps: ContinueDeps,
  sealing: Sealing,
  workspace: string,
  actor: ActorRef,
): Promise<Continued | null> => {
  const db = deps.dbFor(workspace)
  const state = await readSealState(db, workspace)
  if (state === null) throw new Error(`workspace ${workspace} has no log`)
  const anchor = await readAnchor(sealing, state)
  if (await fits(deps, sealing, state, anchor)) return null
  const own = await newestOwn(deps, state)
  const old = anchor ?? own
  if (old === null)
    throw new SealRefused('nothing of this log was ever signed: there is nothing to continue from')
  const begun = await readTakeover(db, workspace)
  // A call cut short after its entry goes on behind it, if the second place still says the same.
  const resumed = begun !== null && begun.epoch > state.epoch && begun.oldSize === old.size
  const epoch = resumed ? begun.epoch : Math.max(state.epoch, old.epoch, begun?.epoch ?? 0) + 1
  const origin = resumed ? begun.origin : originOfEpoch(old, epoch)
  // What came behind its own newest checkpoint may have been written after the restore, where other entries stood before.
  const restoredSize = Math.min(own?.size ?? 0, state.frontier.size)
  if (!resumed) await recordTakeover(deps, state, { origin, epoch, old, restoredSize, actor })
  await moveToEpoch(deps, sealing, state, { origin, epoch })
  return { origin, epoch, restoredSize, oldSize: old.size }
}

/** A damaged second place is as good as none: the database says itself what it remembers to have signed. */
const readAnchor = async ({ place }: Sealing, { name }: SealState): Promise<Anchor | null> => {
  try {
    return await place.read(name)
  } catch (error) {
    if (error instanceof SealRefused) return null
    throw error
  }
}

const fits = async (
  { dbFor }: ContinueDeps,
  { place }: Sealing,
  state: SealState,
  anchor: Anchor | null,
): Promise<boolean> => {
  try {
    await requireExtension(dbFor(state.workspace), state, anchor, place.where)
    return true
  } catch (error) {
    if (error instanceof SealRefused) return false
    throw error
  }
}

const newestOwn = async (
  { dbFor }: ContinueDeps,
  { workspace, origin }: SealState,
): Promise<Anchor | null> => {
  const newest = await readNewestCheckpoint(dbFor(workspace), workspace)
  return newest === null || origin === null ? null : { origin, ...newest }
}

interface Taking {
  readonly origin: string
  readonly epoch: number
  readonly old: Anchor
  readonly restoredSize: number
  readonly actor: ActorRef
}

/** The entry and the row that says the same: both, or neither where another call was faster. */
const recordTakeover = async (
  { record, now }: ContinueDeps,
  { workspace }: SealState,
  { origin, epoch, old, restoredSize, actor }: Taking,
): Promise<void> => {
  const row: Write = {
    sql: `INSERT INTO log_epochs (workspace_id, epoch, origin, size, old_origin, old_size, old_root, began_at)
      SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
      WHERE NOT EXISTS (SELECT 1 FROM log_epochs WHERE workspace_id = ?1 AND epoch >= ?2)`,
    args: [workspace, epoch, origin, restoredSize, old.origin, old.size, old.root, now()],
    expect: 1,
  }
  const data = {
    origin,
    oldOrigin: old.origin,
    oldSize: old.size,
    oldRoot: base64url.encode(old.root),
    restoredSize,
  }
  await record({ type: 'log.continued', workspace, actor, data }, row)
}

/** By itself: writers compare the epoch when they move the head, so it cannot change together with an entry. */
const moveToEpoch = async (
  deps: ContinueDeps,
  sealing: Sealing,
  { workspace, name, epoch: before }: SealState,
  { origin, epoch }: { origin: string; epoch: number },
): Promise<void> => {
  const key = await newKeyWrite(sealing, { workspace, name, origin, epoch }, deps)
  await deps.ingest(
    {
      table: 'logs',
      sql: 'UPDATE logs SET origin = ?, epoch = ? WHERE workspace_id = ? AND epoch = ?',
      args: [origin, epoch, workspace, before],
      expect: 1,
    },
    // Another origin is another log to a witness.
    {
      table: 'witnesses',
      sql: 'UPDATE witnesses SET latest_size = 0, failure = NULL, asked_at = NULL WHERE workspace_id = ?',
      args: [workspace],
    },
    key.write,
  )
}

/** What a person should see of it: the entries that are gone, if any. */
export const lostRange = ({ restoredSize, oldSize }: Continued): { from: number; to: number } | null =>
  restoredSize < oldSize ? { from: restoredSize, to: oldSize - 1 } : null
