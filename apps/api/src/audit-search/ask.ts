import type { AuditQuery } from '@watchbill/contract/audit-query'
import { catchUp, type IndexDeps } from '../audit-index/follower.ts'
import type { Scan } from './scan.ts'

export type SearchDeps = IndexDeps

/** A search over everything that is indexed by now, the index having been brought up to the log before. */
export interface Asked extends Scan {
  /** Entries in the log. */
  readonly size: number
}

/** `below` is what is indexed; without a log nothing is searched. */
export const askIndex = async (
  deps: SearchDeps,
  workspace: string,
  { where }: Pick<AuditQuery, 'where'>,
): Promise<Asked> => {
  const db = deps.dbFor(workspace)
  const { no, indexed, size } = await catchUp(deps, workspace)
  return { db, workspace, no, where, from: 0, below: indexed, size }
}
