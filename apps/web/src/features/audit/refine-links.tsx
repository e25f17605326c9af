'use client'

import type { AuditEntry } from '@watchbill/contract/audit'
import type { QueryField } from '@watchbill/contract/audit-query'
import type { ReadHeader } from './entry-header.ts'
import { Said } from './entry-said.ts'
import { onlyTerm } from './query-edit.ts'
import type { QueryText } from './use-query-text.ts'

/** From one entry to those like it: each refines the query. Buttons, so that nothing an agent sent becomes an address. */
export function RefineLinks({
  entry,
  header,
  query,
}: {
  entry: AuditEntry
  header: ReadHeader
  query: QueryText
}) {
  const said = new Said(entry.members)
  const ways: readonly (readonly [QueryField, string | null])[] = [
    ['session', said.text('session')],
    ['agent', header.agent],
    ['tool', said.text('tool')],
    ['action', header.type === 'unreadable' ? null : header.type],
  ]
  const found = ways.filter((way): way is readonly [QueryField, string] => way[1] !== null)
  if (found.length === 0) return null
  return (
    <p className="print-hide flex flex-wrap gap-x-4 gap-y-1 px-4 pb-3">
      {found.map(([field, value]) => (
        <button
          key={field}
          type="button"
          onClick={() => query.edit((text) => onlyTerm(text, field, value, query.now))}
          className="min-h-6 underline decoration-rule-strong underline-offset-3 hover:decoration-ink"
        >
          Same {field}
        </button>
      ))}
    </p>
  )
}
