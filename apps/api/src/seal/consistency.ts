import { merkle } from '@watchbill/ledger'
import type { ReadDb } from '../db/open.ts'
import { proveConsistency } from '../log/proofs.ts'
import { type Anchor, SealRefused } from './sealing.ts'
import { readTakeover, type SealState } from './store.ts'

const mend =
  'Give back the newest database, or run `watchbill log continue` to go on from this one in the open.'

/**
 * Throws SealRefused unless the log as it stands extends what the second place knows (SECURITY: refuse on any mismatch).
 * Everything is asked: which log, which epoch, how long, and by a proof over stored nodes that it is the same tree.
 */
export const requireExtension = async (
  db: ReadDb,
  state: SealState,
  anchor: Anchor | null,
  where: string,
): Promise<void> => {
  if (anchor === null) return requireUnsealed(state, where)
  if (state.origin === null) throw behind(0, anchor)
  if (anchor.epoch < state.epoch) return requireTakeover(db, state, anchor, where)
  if (anchor.epoch > state.epoch || anchor.origin !== state.origin) {
    throw new SealRefused(
      `the second place is at ${anchor.origin}, the database at ${state.origin}: an older database came back. ${mend}`,
    )
  }
  if ((state.sealedSize ?? 0) > anchor.size) {
    throw new SealRefused(
      `the second place (${where}) ends at ${anchor.size}, but ${state.sealedSize} entries have been sealed: an older ` +
        `second place came back. ${mend}`,
    )
  }
  await requireSameTree(db, state, anchor)
}

/** A log that was sealed leaves a trace here; without it nobody can tell an old database from the newest. */
const requireUnsealed = ({ sealedSize }: SealState, where: string): void => {
  if (sealedSize === null) return
  throw new SealRefused(
    `the second place (${where}) knows nothing of this log, of which ${sealedSize} entries have been sealed. Give it back ` +
      '(WATCHBILL_ANCHOR says where it is), or run `watchbill log continue`.',
  )
}

/** The first checkpoint of an epoch follows upon exactly what its first entry says. */
const requireTakeover = async (
  db: ReadDb,
  { workspace, epoch, origin }: SealState,
  anchor: Anchor,
  where: string,
): Promise<void> => {
  const takeover = await readTakeover(db, workspace)
  const fits =
    takeover !== null &&
    takeover.epoch === epoch &&
    takeover.origin === origin &&
    takeover.oldOrigin === anchor.origin &&
    takeover.oldSize === anchor.size &&
    takeover.oldRoot !== null &&
    merkle.sameHash(takeover.oldRoot, anchor.root)
  if (fits) return
  throw new SealRefused(
    `the second place (${where}) went on to ${anchor.size} entries after epoch ${epoch} had begun. ${mend}`,
  )
}

const requireSameTree = async (
  db: ReadDb,
  { workspace, frontier, sealedSize }: SealState,
  anchor: Anchor,
): Promise<void> => {
  if (frontier.size < anchor.size) throw behind(frontier.size, anchor)
  const proof = await proveConsistency(db, workspace, anchor.size, frontier.size)
  const root = merkle.rootOf(frontier)
  if (merkle.checkConsistency(anchor.size, frontier.size, proof, anchor.root, root)) return
  // It took new entries since, up to and past where the lost ones stood.
  if ((sealedSize ?? 0) < anchor.size)
    throw new SealRefused(
      `the database remembers ${sealedSize ?? 0} sealed entries, but ${anchor.size} have been sealed, and others than ` +
        `those it has now: an older database came back, and went on. ${mend}`,
    )
  throw new SealRefused(
    `the log is not the one of which ${anchor.size} entries were sealed: what was sealed has been changed. ` +
      'Run `watchbill log fsck` to see where; give back an unchanged database.',
  )
}

const behind = (size: number, anchor: Anchor) =>
  new SealRefused(
    `the database ends at ${size} entries, but ${anchor.size} have been sealed: an older database came back. ${mend}`,
  )
