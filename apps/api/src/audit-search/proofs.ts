import type { SelectionProof } from '@watchbill/contract/audit-search'
import { Fault } from '@watchbill/contract/fault'
import type { Deps } from '../deps.ts'
import { formatHash } from '../log/proofs.ts'
import { proveSelection } from '../log/selection.ts'
import { readLogOrEmpty } from '../log/store.ts'

/** What proves single leaves, against the newest checkpoint unless `asked` says a size. Throws Fault `conflict`. */
export const getSelectionProof = async (
  { dbFor }: Pick<Deps, 'dbFor'>,
  workspace: string,
  places: string,
  asked: number | null,
): Promise<SelectionProof> => {
  const db = dbFor(workspace)
  const state = await readLogOrEmpty(db, workspace)
  const size = asked ?? state.checkpoint?.size ?? 0
  const seqs = places.split(',').map(Number)
  const last = seqs.at(-1) ?? 0
  if (size > state.size)
    throw new Fault('conflict', `The log comes to ${state.size} entries here, not to ${size}.`)
  if (last >= size)
    throw new Fault('conflict', `Entry ${last} is not in a tree of ${size}.`, {
      mend: 'Ask again once a checkpoint covers it; GET /v1/audit/log says why when sealing stands still.',
    })
  const { leaves, hashes } = await proveSelection(db, workspace, seqs, size)
  return { seqs, size, leaves: leaves.map(formatHash), hashes: hashes.map(formatHash) }
}
