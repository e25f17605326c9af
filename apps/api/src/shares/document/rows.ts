import type { AuditQuery } from '@watchbill/contract/audit-query'
import { matchEntry } from '@watchbill/contract/audit-query/match'
import { type DisclosedEntry, tryHeader } from '@watchbill/ledger/share'
import { headerFacts } from './header-facts.ts'

/** Entries that follow upon each other: those asked for, or those in between, of which only headers are told. */
export interface Run {
  readonly asked: boolean
  readonly entries: readonly DisclosedEntry[]
}

/** `query`: null asks for every entry. */
export const runsOf = (entries: readonly DisclosedEntry[], query: AuditQuery | null): Run[] => {
  const runs: { asked: boolean; entries: DisclosedEntry[] }[] = []
  for (const entry of entries) {
    const asked = query === null || matchEntry(query, headerFacts(entry.seq, tryHeader(entry.header)))
    const last = runs.at(-1)
    if (last?.asked === asked) last.entries.push(entry)
    else runs.push({ asked, entries: [entry] })
  }
  return runs
}

export const gapWords = (count: number): string =>
  count === 1 ? '1 other entry in between, header only' : `${count} other entries in between, headers only`

/** Rows of a long list are laid out as they come into view; a short one stands whole, also for whoever takes a picture of it. */
export const listClass = (count: number): string => (count > 500 ? 'long' : '')
