import type { AuditQuery } from '@watchbill/contract/audit-query'
import { askIndex, type SearchDeps } from './ask.ts'
import { scanRuns } from './scan.ts'

export { readEntriesAt } from '../audit/entries-store.ts'
export { catchUp } from '../audit-index/follower.ts'
export { readQuestion } from './question.ts'

/** An export or a share may take its time, but not for ever, ms. */
const budgetMs = 60_000

/** Places that answer, in [from, below), ascending, a run at a time; `below` is cut to what is indexed. */
export async function* scanMatches(
  deps: SearchDeps,
  workspace: string,
  query: AuditQuery,
  { from = 0, below = Number.MAX_SAFE_INTEGER }: { from?: number; below?: number } = {},
): AsyncGenerator<number[]> {
  const asked = await askIndex(deps, workspace, query)
  const scan = { ...asked, from, below: Math.min(below, asked.below), ascending: true, budgetMs }
  for await (const { run, mask } of scanRuns(scan)) {
    const seqs = placesIn(mask, run.first)
    if (seqs.length > 0) yield seqs
  }
}

/** The first `most` places that answer below `below`, ascending. */
export const collectMatches = async (
  deps: SearchDeps,
  workspace: string,
  query: AuditQuery,
  { below, most }: { below: number; most: number },
): Promise<number[]> => {
  const found: number[] = []
  for await (const seqs of scanMatches(deps, workspace, query, { below })) {
    found.push(...seqs)
    if (found.length >= most) break
  }
  return found.slice(0, most)
}

const placesIn = (mask: Uint8Array, first: number): number[] => {
  const seqs: number[] = []
  for (let at = mask.indexOf(1); at >= 0; at = mask.indexOf(1, at + 1)) seqs.push(first + at)
  return seqs
}
