import type { Deps } from '../deps.ts'
import { type SealDeps, seal } from './seal.ts'
import type { Sealing } from './sealing.ts'
import { readSealState } from './store.ts'

const staleMs = 1000

/**
 * Where nothing runs between requests, an append or a look at the log seals it, once its newest checkpoint is older than a
 * second (DESIGN §3). Whether it did. Never throws; does nothing on Node, where the sealer runs.
 */
export const sealIfStale = async (deps: SealDeps, workspace: string): Promise<boolean> => {
  const { sealing, config } = deps
  if (config.runtime !== 'edge' || !sealing) return false
  const underway = underwayOf(sealing)
  // What sealing itself records comes by here too; nobody may wait for another request's query.
  if (underway.has(workspace)) return false
  underway.add(workspace)
  try {
    const state = await readSealState(deps.dbFor(workspace), workspace)
    if (state === null || state.sealedSize === state.frontier.size) return false
    if (state.sealedAt !== null && deps.now() - state.sealedAt < staleMs) return false
    return (await seal(deps, workspace)).kind === 'sealed'
  } catch {
    // The append or the reading stands by itself; /readyz tells of trouble.
    return false
  } finally {
    underway.delete(workspace)
  }
}

const allUnderway = new WeakMap<Sealing, Set<string>>()

const underwayOf = (sealing: Sealing): Set<string> => {
  const known = allUnderway.get(sealing) ?? new Set<string>()
  allUnderway.set(sealing, known)
  return known
}

/** `record` that seals behind itself. */
export const sealBehind = (deps: Deps): Deps => ({
  ...deps,
  record: async (what, ...writes) => {
    const recorded = await deps.record(what, ...writes)
    await sealIfStale(deps, what.workspace)
    return recorded
  },
})
