import { merkle, type ProofPlan } from '@watchbill/ledger'
import type { ReadDb } from '../db/open.ts'
import { readNodes } from './nodes.ts'

/** RFC 6962 inclusion path of leaf `index` in the log of `size` leaves; `size` is at most what the log holds. */
export const proveInclusion = (
  db: ReadDb,
  workspace: string,
  index: number,
  size: number,
): Promise<Uint8Array[]> => prove(db, workspace, size, () => merkle.planInclusion(index, size))

/** RFC 6962 consistency proof from the log of `first` leaves to the one of `second`. */
export const proveConsistency = (
  db: ReadDb,
  workspace: string,
  first: number,
  second: number,
): Promise<Uint8Array[]> => prove(db, workspace, second, () => merkle.planConsistency(first, second))

/** Proves leaves `from` to `to` - 1 in the log of `size`, none left out (`merkle.checkRange`). */
export const proveRange = (
  db: ReadDb,
  workspace: string,
  from: number,
  to: number,
  size: number,
): Promise<Uint8Array[]> => prove(db, workspace, size, () => merkle.planRange(from, to, size))

const prove = async (
  db: ReadDb,
  workspace: string,
  size: number,
  planned: () => ProofPlan,
): Promise<Uint8Array[]> => {
  const plan = planned()
  const hashOf = await readNodes(db, workspace, size, plan.flat())
  return merkle.foldProof(plan, hashOf)
}

/** How C2SP writes a hash: 32 bytes in standard base64. */
export const formatHash = (hash: Uint8Array): string => btoa(String.fromCharCode(...hash))
