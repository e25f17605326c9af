import { Fault } from '@watchbill/contract/fault'
import { notes } from '@watchbill/ledger'
import { type ActorRef, GuardFailed, type Write } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { announceKeys, newKeyWrite } from './keys.ts'
import type { Sealing } from './sealing.ts'
import {
  type ActiveKey,
  readActiveKeys,
  readNewestCheckpoint,
  readSealState,
  type SealState,
} from './store.ts'

type RotateDeps = Pick<Deps, 'dbFor' | 'record' | 'ingest' | 'now' | 'randomBytes'>

/** How long both keys sign before the older one is retired without being asked, ms. */
export const overlapMs = 7 * 24 * 3_600_000

/** Adds a second signing key; from the next checkpoint on both sign. Returns it. Throws Fault `conflict`. */
export const addKey = async (
  deps: RotateDeps,
  sealing: Sealing,
  workspace: string,
  actor: ActorRef,
): Promise<string> => {
  const { name, origin, epoch } = await requireBegun(deps, workspace)
  const keys = await readActiveKeys(deps.dbFor(workspace), workspace)
  if (keys.filter((key) => key.epoch === epoch).length > 1) {
    throw new Fault('conflict', 'A rotation is under way: two keys sign already.', {
      mend: 'Finish it first: `watchbill log rotate-key --finish`.',
    })
  }
  const { vkey, write } = await newKeyWrite(sealing, { workspace, name, origin, epoch }, deps)
  await deps.ingest(write)
  await announceKeys(deps, workspace, await readActiveKeys(deps.dbFor(workspace), workspace), actor)
  return vkey
}

/**
 * Retires every key but the newest, once a checkpoint that holds the newest key's entry carries all their signatures.
 * Returns those retired. Throws Fault `conflict` while there is no such checkpoint.
 */
export const retireKeys = async (
  deps: RotateDeps,
  workspace: string,
  actor: ActorRef,
  addedBefore = Number.POSITIVE_INFINITY,
): Promise<string[]> => {
  const db = deps.dbFor(workspace)
  await requireBegun(deps, workspace)
  const [newest, ...older] = await readActiveKeys(db, workspace)
  if (newest === undefined || older.length === 0 || newest.addedAt > addedBefore) return []
  const checkpoint = await readNewestCheckpoint(db, workspace)
  const covered = checkpoint !== null && newest.addedSeq !== null && newest.addedSeq < checkpoint.size
  if (!covered || !(await carries(checkpoint.note, newest))) {
    throw new Fault('conflict', 'No checkpoint carries the signature of the new key yet.', {
      mend: 'Wait a second; /readyz says when sealing does not work.',
      retryAfterSeconds: 1,
    })
  }
  for (const key of older) await retireKey(deps, workspace, key, checkpoint.size, actor)
  return older.map(({ vkey }) => vkey)
}

const carries = async (note: string, { vkey }: ActiveKey): Promise<boolean> => {
  const parsed = notes.parseNote(note)
  const key = notes.parseVerifierKey(vkey)
  if (parsed === null || key === null) return false
  return (await notes.verifyNote(parsed, [key])).refused === null
}

/** Its seed goes with it. The size holds only if no checkpoint was signed meanwhile. */
const retireKey = async (
  { record }: RotateDeps,
  workspace: string,
  { vkey, id, epoch }: ActiveKey,
  size: number,
  actor: ActorRef,
): Promise<void> => {
  const retired: Write = {
    sql: `UPDATE log_keys SET retired_size = ?1, sealed_seed = NULL
      WHERE workspace_id = ?2 AND epoch = ?3 AND id = ?4 AND retired_size IS NULL AND NOT EXISTS (
        SELECT 1 FROM checkpoints WHERE workspace_id = ?2 AND size > ?1
          AND epoch = (SELECT epoch FROM logs WHERE workspace_id = ?2))`,
    args: [size, workspace, epoch, id],
    expect: 1,
  }
  try {
    await record({ type: 'key.retired', workspace, actor, data: { vkey, size } }, retired)
  } catch (error) {
    if (!(error instanceof GuardFailed)) throw error
    throw new Fault('conflict', 'A checkpoint was signed in between; nothing was retired.', {
      mend: 'Run it again.',
      retryAfterSeconds: 1,
    })
  }
}

type Begun = SealState & { readonly origin: string }

const requireBegun = async ({ dbFor }: RotateDeps, workspace: string): Promise<Begun> => {
  const state = await readSealState(dbFor(workspace), workspace)
  if (state?.origin != null) return { ...state, origin: state.origin }
  throw new Fault('conflict', `The log of ${workspace} has not been sealed yet: it has no key.`, {
    mend: 'Start Watchbill once; it makes the first key.',
  })
}
