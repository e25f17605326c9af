import type { AuditQuery } from './ast.ts'
import { readQuery } from './parse.ts'
import { QueryError } from './query-error.ts'
import { createScan, type Ignored } from './scan.ts'

/**
 * Reads what was written for an older or newer table of fields (a saved view): terms whose field or value is not known here
 * are left out and named, the rest works on. A text broken otherwise is ignored as a whole. Never for a scope: it widens.
 */
export const readLenient = (
  text: string,
  now: number,
): { query: AuditQuery; ignored: readonly Ignored[] } => {
  const ignored: Ignored[] = []
  try {
    return { query: readQuery(createScan(text, now, ignored)), ignored }
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    const whole = { span: { from: 0, to: text.length }, detail: error.detail }
    return { query: { where: null, sort: 'newest' }, ignored: [whole] }
  }
}
