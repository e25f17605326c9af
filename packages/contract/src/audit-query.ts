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
export { numberFields, sorts, wordFields } from './audit-query/ast.ts'
export { type Completion, completeQuery, type QueryOption } from './audit-query/complete.ts'
export {
  type TopTerm,
  toggleTerm,
  topTerms,
  withoutTerm,
  withSort,
  withTerm,
  withTime,
} from './audit-query/edit.ts'
export { type FieldInfo, fields } from './audit-query/fields.ts'
export { formatQuery } from './audit-query/format.ts'
export { readLenient } from './audit-query/lenient.ts'
export { matchEntry, matchValue } from './audit-query/match.ts'
export { parseQuery, tryQuery } from './audit-query/parse.ts'
export { QueryError, type QueryFault } from './audit-query/query-error.ts'
export { type Directory, resolveQuery } from './audit-query/resolve.ts'
export type { Ignored } from './audit-query/scan.ts'
export { fieldsOf, headerOnly } from './audit-query/uses.ts'
export { splitWords } from './audit-query/words.ts'
