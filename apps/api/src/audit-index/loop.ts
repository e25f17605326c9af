import type { Deps } from '../deps.ts'
import { pause } from '../pause.ts'
import { logRings } from '../stream/bell.ts'
import { catchUp } from './follower.ts'
import { listBehind } from './store.ts'

/** The database is looked at this often even when nothing rang: other processes append too. */
const everyMs = 1000
/** After a step the writer belongs to others for a while, so that indexing never holds up appends. */
const restMs = 25
/** Work on one log before the next gets its turn, ms. */
const shareMs = 40

/** Follows every log of the installation until `stopping`. A failed round is logged once and tried again. */
export const startFollower = (deps: Deps, stopping: AbortSignal): void => {
  void follow(deps, stopping)
}

const follow = async (deps: Deps, stopping: AbortSignal): Promise<void> => {
  let failure = ''
  while (!stopping.aborted) {
    const rings = deps.bell.rings(logRings)
    try {
      const behind = await indexAll(deps, stopping)
      failure = ''
      if (!behind && deps.bell.rings(logRings) === rings) await deps.bell.wait(logRings, everyMs, stopping)
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown'
      if (reason !== failure) deps.log({ level: 'warn', msg: 'audit index stands still', reason })
      failure = reason
      await pause(everyMs, stopping)
    }
    await pause(restMs, stopping)
  }
}

/** Whether something is left to do. */
const indexAll = async (deps: Deps, stopping: AbortSignal): Promise<boolean> => {
  let behind = false
  for (const workspace of await listBehind(deps.installation)) {
    if (stopping.aborted) return false
    const { indexed, size } = await catchUp(deps, workspace, shareMs)
    behind ||= indexed < size
  }
  return behind
}
