import type { Deps } from '../deps.ts'
import { sealIfStale } from './lazy.ts'
import { offReason, type SealDeps } from './seal.ts'
import type { SealOutcome } from './sealing.ts'
import { readSealState } from './store.ts'

/** Why entries of a log stay pending; null while sealing works. Looks for itself where no sealer runs. */
export const sealFailureOf = async (deps: SealDeps, workspace: string): Promise<string | null> => {
  const outcome = await outcomeOf(deps, workspace)
  return outcome !== null && 'reason' in outcome ? outcome.reason : null
}

/** What became of the last attempt; null before the first. */
export const outcomeOf = async (deps: SealDeps, workspace: string): Promise<SealOutcome | null> => {
  const { sealing, config } = deps
  if (!sealing) return { kind: 'off', reason: offReason }
  if (config.runtime === 'node') return sealing.outcomes.get(workspace) ?? null
  const state = await readSealState(deps.dbFor(workspace), workspace)
  // Another instance seals as well; what all of them see is the row.
  if (state === null || state.sealedSize === state.frontier.size) return null
  await sealIfStale(deps, workspace)
  return sealing.outcomes.get(workspace) ?? null
}

/** Entries, sealed entries and the newest checkpoint of a log. */
export const readProgress = async (
  deps: Pick<Deps, 'dbFor'>,
  workspace: string,
): Promise<{ size: number; sealedSize: number; sealedAt: number | null } | null> => {
  const state = await readSealState(deps.dbFor(workspace), workspace)
  return state && { size: state.frontier.size, sealedSize: state.sealedSize ?? 0, sealedAt: state.sealedAt }
}
