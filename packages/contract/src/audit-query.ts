export type {
  AuditQuery,
  EntryFacts,
  Expr,
  FieldTerm,
  NumberField,
  QueryField,
  RangeTerm,
  Sort,
  Span,
  TextTerm,
  Value,
  WordField,
} from './audit-query/ast.ts'
export { sorts } from './audit-query/ast.ts'
export { type FieldInfo, fields } from './audit-query/fields.ts'
export { formatQuery } from './audit-query/format.ts'
export { matchEntry, matchValue } from './audit-query/match.ts'
export { parseQuery, tryQuery } from './audit-query/parse.ts'
export { QueryError, type QueryFault } from './audit-query/query-error.ts'
export { splitWords } from './audit-query/words.ts'
