import { merkle, notes } from '@watchbill/ledger'
import { GuardFailed, type IngestWrite } from '../db/write.ts'
import type { AppConfig, Deps } from '../deps.ts'
import { requireExtension } from './consistency.ts'
import { announceKeys, loadSigners, newKeyWrite, type Signers } from './keys.ts'
import { originFor } from './origin.ts'
import { type Anchor, type Sealing, type SealOutcome, SealRefused, type SecondPlace } from './sealing.ts'
import { readActiveKeys, readSealState, type SealState } from './store.ts'

export type SealDeps = Pick<Deps, 'dbFor' | 'record' | 'ingest' | 'now' | 'randomBytes' | 'sealing'> & {
  readonly config: Pick<AppConfig, 'publicUrl' | 'runtime'>
}

/** Why nothing is sealed where sealing is not set up. */
export const offReason =
  'sealing is not set up: entries stay pending. Set WATCHBILL_MASTER_KEY and WATCHBILL_ANCHOR.'

/**
 * Signs a checkpoint of the log as it stands, unless the newest one says as much already. Never throws. Safe to call from
 * several processes at once: the second place decides who signs.
 */
export const seal = async (deps: SealDeps, workspace: string): Promise<SealOutcome> => {
  const { sealing } = deps
  if (!sealing) return { kind: 'off', reason: offReason }
  const outcome = await attempt(deps, sealing, workspace)
  if (outcome.kind !== 'raced') sealing.outcomes.set(workspace, outcome)
  return outcome
}

const attempt = async (deps: SealDeps, sealing: Sealing, workspace: string): Promise<SealOutcome> => {
  try {
    return await sealOnce(deps, sealing, workspace)
  } catch (error) {
    if (error instanceof SealRefused) return { kind: 'refused', reason: error.message }
    // Another process began the log or announced its key first.
    if (error instanceof GuardFailed || error instanceof Raced) return { kind: 'raced' }
    return { kind: 'away', reason: error instanceof Error ? error.message : 'unknown failure' }
  }
}

const sealOnce = async (deps: SealDeps, sealing: Sealing, workspace: string): Promise<SealOutcome> => {
  const ready = await prepare(deps, sealing, workspace)
  if (ready === null) return { kind: 'sealed', size: 0 }
  const { state, origin, anchor } = ready
  const { size } = state.frontier
  const next = { origin, epoch: state.epoch, size, root: merkle.rootOf(state.frontier) }
  if (state.sealedSize === size) return { kind: 'sealed', size }
  const signers = await loadSigners(deps, sealing, state)
  // The order is the guarantee (SECURITY "Sealing order"): remembered elsewhere, durably; then signed; then published.
  const won = sameAnchor(anchor, next) || (await sealing.place.advance(state.name, anchor, next))
  if (!won) return { kind: 'raced' }
  const note = await notes.signNote(notes.formatCheckpoint(next), [...signers.signers])
  const [inserted] = await deps.ingest(checkpointWrite(workspace, next, note, signers, deps.now()))
  return inserted === 1 ? { kind: 'sealed', size } : { kind: 'raced' }
}

interface Ready {
  readonly state: SealState
  readonly origin: string
  readonly anchor: Anchor | null
}

/** The log, begun if need be, and proven to extend what was signed. Null while it has no entry. */
const prepare = async (deps: SealDeps, sealing: Sealing, workspace: string): Promise<Ready | null> => {
  const db = deps.dbFor(workspace)
  const { place } = sealing
  let state = await readSealState(db, workspace)
  if (state === null || state.frontier.size === 0) return null
  const anchor = await place.read(state.name)
  if (state.origin === null) {
    await requireFit(deps, place, state, anchor)
    await beginLog(deps, sealing, state)
  }
  await announceKeys(deps, workspace, await readActiveKeys(db, workspace))
  state = (await readSealState(db, workspace)) ?? state
  if (state.origin === null) throw new Raced('the log did not begin')
  await requireFit(deps, place, state, anchor)
  return { state, origin: state.origin, anchor }
}

/** Another sealer was faster. */
class Raced extends Error {
  override readonly name = 'Raced'
}

/** A contradiction counts only if the second place still says the same: another sealer may have moved both meanwhile. */
const requireFit = async (
  deps: SealDeps,
  place: SecondPlace,
  state: SealState,
  anchor: Anchor | null,
): Promise<void> => {
  try {
    await requireExtension(deps.dbFor(state.workspace), state, anchor, place.where)
  } catch (error) {
    if (!(error instanceof SealRefused)) throw error
    const again = await place.read(state.name)
    if (again === null ? anchor === null : sameAnchor(anchor, again)) throw error
    throw new Raced('the second place moved', { cause: error })
  }
}

/** Fixes the origin for ever, and makes the first key. */
const beginLog = async (
  { ingest, now, randomBytes, config }: SealDeps,
  sealing: Sealing,
  { workspace, name, epoch }: SealState,
): Promise<void> => {
  const host = name === workspace ? config.publicUrl : 'http://localhost'
  const origin = originFor(host, workspace, randomBytes)
  const key = await newKeyWrite(sealing, { workspace, name, origin, epoch }, { now, randomBytes })
  await ingest(
    {
      table: 'logs',
      sql: 'UPDATE logs SET origin = ? WHERE workspace_id = ? AND origin IS NULL AND epoch = ?',
      args: [origin, workspace, epoch],
      expect: 1,
    },
    {
      table: 'logs',
      sql: `INSERT INTO log_epochs (workspace_id, epoch, origin, size, began_at) VALUES (?, ?, ?, 0, ?)`,
      args: [workspace, epoch, origin, now()],
      expect: 1,
    },
    key.write,
  )
}

/** Won by one sealer, and only while the keys are those that signed; 0 rows otherwise. */
const checkpointWrite = (
  workspace: string,
  { epoch, size, root }: Anchor,
  note: string,
  { ids }: Signers,
  now: number,
): IngestWrite => ({
  table: 'checkpoints',
  sql: `INSERT INTO checkpoints (workspace_id, epoch, size, root, note, signed_at)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6
    WHERE NOT EXISTS (SELECT 1 FROM checkpoints WHERE workspace_id = ?1 AND epoch = ?2 AND size = ?3)
      AND ?7 = (SELECT group_concat(id) FROM (SELECT id FROM log_keys WHERE workspace_id = ?1
        AND retired_size IS NULL AND sealed_seed IS NOT NULL ORDER BY id))`,
  args: [workspace, epoch, size, root, note, now, ids],
})

const sameAnchor = (left: Anchor | null, right: Anchor): boolean =>
  left !== null &&
  left.origin === right.origin &&
  left.epoch === right.epoch &&
  left.size === right.size &&
  merkle.sameHash(left.root, right.root)
