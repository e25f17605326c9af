import { type AuditQuery, fields, fieldsOf, type QueryField, tryQuery } from '@watchbill/contract/audit-query'
import { isContent } from '../audit/entry-view.ts'
import type { ShareRow } from './store.ts'

/** The stored query; null when this release does not read it any more. Every time in it is absolute. */
export const queryOf = ({ q, createdAt }: Pick<ShareRow, 'q' | 'createdAt'>): AuditQuery | null => {
  const read = tryQuery(q, createdAt)
  return 'query' in read ? read.query : null
}

/**
 * Whether visitors may read the query. That entries answer `tool:x` tells their tool, also where it is hidden: so a query
 * that asks about something redacted stays with whoever made the link.
 */
export const mayTell = (query: AuditQuery | null, { redacted }: Pick<ShareRow, 'redacted'>): boolean => {
  if (query === null) return false
  const hidden = redacted.filter((name) => !isContent(name))
  return [...fieldsOf(query)].every((field) =>
    // Free text looks in many members, and in none of level content.
    field === 'text' ? hidden.length === 0 : !redacted.includes(memberOf(field)),
  )
}

/** '' for what stands in no payload. */
const memberOf = (field: QueryField): string => {
  if (fields[field].from !== 'payload') return ''
  return field === 'duration' ? 'durationMs' : field
}
