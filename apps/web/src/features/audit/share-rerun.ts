import { type Expr, fields, tryQuery } from '@watchbill/contract/audit-query'

/**
 * What a query asks about that no header says, each once: the visitor of a range has headers alone, and runs the query
 * again over them. Empty: it can be run again. A query that cannot be read names nothing; whoever runs it says why.
 */
export function beyondHeaders(q: string, now: number): readonly string[] {
  const read = tryQuery(q, now)
  if ('error' in read || read.query.where === null) return []
  return [...new Set(asked(read.query.where))]
}

function asked(expr: Expr): string[] {
  switch (expr.kind) {
    case 'and':
    case 'or':
      return expr.of.flatMap(asked)
    case 'not':
      return asked(expr.of)
    case 'text':
      return ['words']
    default:
      return ['header', 'place'].includes(fields[expr.field].from) ? [] : [expr.field]
  }
}
