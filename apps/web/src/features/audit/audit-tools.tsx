'use client'

import { type Sort, sorts, tryQuery, withSort } from '@watchbill/contract/audit-query'
import type { ReactNode } from 'react'
import type { QueryText } from './use-query-text.ts'

const sortWords: Readonly<Record<Sort, string>> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  latest: 'Latest by clock',
  earliest: 'Earliest by clock',
}

/** The order of the answer, as the query says it. */
export function sortOf(text: string, now: number): Sort {
  const read = tryQuery(text, now)
  return 'query' in read ? read.query.sort : 'newest'
}

export function SortChoice({ query }: { query: QueryText }) {
  return (
    <select
      aria-label="Order"
      value={sortOf(query.text, query.now)}
      onChange={({ target }) => {
        const chosen = sorts.find((one) => one === target.value) ?? 'newest'
        query.edit((text) => withSort(text, chosen))
      }}
      className="h-7 rounded border border-rule-strong bg-ground px-1"
    >
      {sorts.map((sort) => (
        <option key={sort} value={sort}>
          {sortWords[sort]}
        </option>
      ))}
    </select>
  )
}

/** The keys that work here. */
export function KeyHints() {
  return (
    <p className="print-hide px-4 py-3 text-muted max-sm:hidden sm:px-6">
      <Key>/</Key> asks, <Key>j</Key> <Key>k</Key> move, <Key>space</Key> opens, <Key>.</Key> copies a link
    </p>
  )
}

function Key({ children }: { children: ReactNode }) {
  return <kbd className="rounded border border-rule-strong px-1 text-small">{children}</kbd>
}
