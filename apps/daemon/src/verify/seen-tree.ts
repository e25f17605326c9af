import { merkle, type notes } from '@watchbill/ledger'
import type { Contradiction } from './contradictions.ts'
import type { Seen } from './memory.ts'
import type { Report } from './report.ts'

/** Two trees of one size are one tree or a contradiction; of different sizes what was seen alone says nothing. */
export const compareTrees = (
  seen: Seen,
  said: notes.Checkpoint,
): { seenBefore: Report['seenBefore']; contradictions: Contradiction[] } => {
  const same = seen.size === said.size ? merkle.sameHash(seen.root, said.root) : null
  const extended = { true: 'yes', false: 'no', null: 'unknown' } as const
  const detail = `another tree of ${seen.size} entries was seen before`
  return {
    seenBefore: { size: seen.size, extends: extended[`${same}`] },
    contradictions: same === false ? [{ place: 'checkpoint', kind: 'history', detail }] : [],
  }
}
