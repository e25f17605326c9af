import type { AuditQuery, Expr, QueryField, Span } from './ast.ts'
import { fields } from './fields.ts'

interface Use {
  readonly span: Span
  readonly field: QueryField | 'text'
}

const usesOf = (expr: Expr | null): readonly Use[] => {
  if (expr === null) return []
  if (expr.kind === 'and' || expr.kind === 'or') return expr.of.flatMap(usesOf)
  if (expr.kind === 'not') return usesOf(expr.of)
  return [{ span: expr.span, field: expr.kind === 'text' ? 'text' : expr.field }]
}

/** What the query asks about. */
export const fieldsOf = ({ where }: AuditQuery): ReadonlySet<QueryField | 'text'> =>
  new Set(usesOf(where).map(({ field }) => field))

/**
 * The terms that keep the query from being one about headers and places alone: a reader who has only those could not run
 * it again (a range share). Resolve first: a runtime is no header, its agents are.
 */
export const headerOnly = ({ where }: AuditQuery): readonly Use[] =>
  usesOf(where).filter(({ field }) => field === 'text' || !['header', 'place'].includes(fields[field].from))
