import type { Deps } from '../deps.ts'
import { reapplyTo } from '../erasures/reapply.ts'
import { pause } from '../pause.ts'
import { sealer } from './keys.ts'
import { overlapMs, retireKeys } from './rotate.ts'
import { type SealDeps, seal } from './seal.ts'
import type { SealOutcome } from './sealing.ts'
import { listLogs, listUnsealed } from './store.ts'
import { askWitnesses } from './witness.ts'

const everyMs = 1000
const leastMs = 100
/** Entries that are not left waiting for a whole second. */
const manyEntries = 1000
const witnessEveryMs = 5000
const lookEveryMs = 5000
const retireEveryMs = 3_600_000

/** Seals what grew, every second or, under load, every thousand entries; asks witnesses beside it. Ends with `stopping`. */
export const startSealer = (deps: Deps, stopping: AbortSignal): void => {
  void repeat(stopping, everyMs, createRound(deps))
  void repeat(stopping, witnessEveryMs, () => eachLog(deps, (workspace) => askWitnesses(deps, workspace)))
  void repeat(stopping, retireEveryMs, () =>
    eachLog(deps, (workspace) => retireKeys(deps, workspace, sealer, deps.now() - overlapMs)),
  )
}

/** The round says how long to wait for the next one; a failed one is tried again at the usual pace. */
const repeat = async (
  stopping: AbortSignal,
  usualMs: number,
  round: () => Promise<number | undefined>,
): Promise<void> => {
  while (!stopping.aborted) {
    const waitMs = await round().catch(() => usualMs)
    await pause(waitMs ?? usualMs, stopping)
  }
}

/** One workspace in trouble keeps no other from its turn. */
const eachLog = async (deps: Deps, work: (workspace: string) => Promise<unknown>): Promise<undefined> => {
  for (const workspace of await listLogs(deps.installation)) await work(workspace).catch(() => {})
  return undefined
}

const createRound = (deps: Deps) => {
  const said = new Map<string, string>()
  const sizes = new Map<string, number>()
  let lookedAt = Number.NEGATIVE_INFINITY
  return async (): Promise<number> => {
    // A database that was put back unnoticed may hold nothing unsealed, so now and then every log is looked at.
    const all = performance.now() - lookedAt >= lookEveryMs
    if (all) lookedAt = performance.now()
    const workspaces = await (all ? listLogs : listUnsealed)(deps.installation)
    let most = 1
    for (const workspace of workspaces) {
      const outcome = await seal(deps, workspace)
      tell(deps, said, workspace, outcome)
      if (outcome.kind === 'refused') await reapplyTo(deps, workspace).catch(() => {})
      if (outcome.kind !== 'sealed') continue
      most = Math.max(most, outcome.size - (sizes.get(workspace) ?? outcome.size))
      sizes.set(workspace, outcome.size)
    }
    return Math.max(leastMs, Math.min(everyMs, (everyMs * manyEntries) / most))
  }
}

/** A change is logged once, not every second. */
const tell = (
  { log }: Pick<Deps, 'log'>,
  said: Map<string, string>,
  workspace: string,
  outcome: SealOutcome,
): void => {
  const words = 'reason' in outcome ? outcome.reason : ''
  if (outcome.kind === 'raced' || words === (said.get(workspace) ?? '')) return
  said.set(workspace, words)
  if (words === '') log({ level: 'info', msg: 'sealing again', workspace })
  else
    log({ level: outcome.kind === 'refused' ? 'error' : 'warn', msg: 'not sealed', workspace, reason: words })
}

/** All logs once: what a scheduler calls where no process of ours keeps time. */
export const sealAll = async (deps: SealDeps & Pick<Deps, 'installation' | 'outbound'>): Promise<void> => {
  if (!deps.sealing) return
  for (const workspace of await listUnsealed(deps.installation)) await seal(deps, workspace)
  for (const workspace of await listLogs(deps.installation))
    await askWitnesses(deps, workspace).catch(() => 0)
}
