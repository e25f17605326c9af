import { merkle } from '@watchbill/ledger'
import type { Deps } from '../deps.ts'
import { sealer } from '../seal/keys.ts'
import type { ErasedPlace } from '../seal/sealing.ts'
import { listLogs, readSealState } from '../seal/store.ts'
import { type EraseDeps, erase } from './service.ts'
import { readCandidates } from './store.ts'

/** As many as one `payload.erased` entry names. */
const pageSize = 100

/**
 * Erases again what a restored database brought back, before anybody is served (SECURITY). Returns how many payloads went.
 * Throws when the second place is away: then nobody knows what must not be shown.
 */
export const reapplyErasures = async (deps: EraseDeps & Pick<Deps, 'installation'>): Promise<number> => {
  if (!deps.sealing) return 0
  let erased = 0
  for (const workspace of await listLogs(deps.installation)) erased += await reapplyTo(deps, workspace)
  return erased
}

export const reapplyTo = async (deps: EraseDeps, workspace: string): Promise<number> => {
  const state = deps.sealing ? await readSealState(deps.dbFor(workspace), workspace) : null
  if (!deps.sealing || state === null) return 0
  let erased = 0
  let after = -1
  for (;;) {
    const places = await deps.sealing.place.listErased(state.name, after, pageSize)
    const seqs = await listReturned(deps, workspace, places)
    if (seqs.length > 0) {
      const reason = 'erased before; a restored database had brought it back'
      erased += (await erase(deps, { workspace, actor: sealer, seqs, reason })).erased.length
    }
    const last = places.at(-1)
    if (last === undefined || places.length < pageSize) return erased
    after = last.seq
  }
}

/** Behind a restored tail other entries may stand at the same places: only the same leaf is the same entry. */
const listReturned = async (
  { dbFor }: EraseDeps,
  workspace: string,
  places: readonly ErasedPlace[],
): Promise<number[]> => {
  const seqs = places.map(({ seq }) => seq)
  const candidates = await readCandidates(dbFor(workspace), workspace, seqs)
  return candidates
    .filter(
      ({ seq, leaf, hasPayload }) =>
        hasPayload && places.some((place) => place.seq === seq && merkle.sameHash(place.leaf, leaf)),
    )
    .map(({ seq }) => seq)
}
