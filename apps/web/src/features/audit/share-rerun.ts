import { headerOnly, tryQuery } from '@watchbill/contract/audit-query'

/**
 * What a query asks about that no header says, each once: the visitor of a range has headers alone, and runs the query
 * again over them. Empty: it can be run again. A query that cannot be read names nothing; whoever runs it says why.
 */
export function beyondHeaders(q: string, now: number): readonly string[] {
  const read = tryQuery(q, now)
  if ('error' in read) return []
  // A runtime stands in no header, but the control plane puts its agents in its place, and these do.
  const beyond = headerOnly(read.query).filter(({ field }) => field !== 'runtime')
  return [...new Set(beyond.map(({ field }) => (field === 'text' ? 'words' : field)))]
}
