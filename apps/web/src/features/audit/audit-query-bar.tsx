'use client'

import type { Facet } from '@watchbill/contract/audit-search'
import { type RefObject, useMemo, useState } from 'react'
import type { AuditRow } from './audit-rows.ts'
import { SortChoice } from './audit-tools.tsx'
import type { AgentNames } from './entry-words.tsx'
import { ExportMenu } from './export-menu.tsx'
import { type LiveChoice, LiveSwitch } from './live-switch.tsx'
import { type Names, QueryChips } from './query-chips.tsx'
import { QueryField } from './query-field.tsx'
import { knownValues } from './query-known.ts'
import { refusalOf } from './query-problem.ts'
import { ShareButton } from './share-button.tsx'
import type { TailState } from './tail-stream.ts'
import type { Exports } from './use-export.ts'
import type { QueryText } from './use-query-text.ts'
import { ViewNotice } from './view-notice.tsx'
import { type PartView, ViewsMenu } from './views-menu.tsx'

/** What is asked, in one text with its chips; what can be done with the answer beside it. */
export function AuditQueryBar({
  query,
  again,
  field,
  facets,
  agents,
  names,
  refusal,
  live,
  exports,
  log,
  shown,
}: {
  query: QueryText
  /** Asks the same once more. */
  again: () => void
  field: RefObject<HTMLInputElement | null>
  facets: readonly Facet[]
  agents: AgentNames
  names: Names
  /** Why the control plane did not answer; null while it does. */
  refusal: Error | null
  live: { readonly choice: LiveChoice; readonly state: TailState; readonly set: (live: LiveChoice) => void }
  exports: Exports
  log: string | null
  /** What the page shows, for whoever shares it. */
  shown: { readonly rows: readonly AuditRow[]; readonly peeked: number | null; readonly size: number }
}) {
  const known = useMemo(() => knownValues(facets, agents), [facets, agents])
  const [part, setPart] = useState<PartView | null>(null)
  const range = useMemo(() => spanOf(shown.rows), [shown.rows])
  return (
    <search aria-label="Entries" className="block border-t px-4 py-2 sm:px-6">
      <div className="flex flex-wrap items-center gap-2">
        <QueryField
          query={query}
          again={again}
          known={known}
          field={field}
          refusal={refusal === null || query.q === null ? null : refusalOf(refusal)}
        />
        <div className="print-hide flex flex-wrap items-center gap-2">
          <ViewsMenu query={query} opened={setPart} />
          <SortChoice query={query} />
          <LiveSwitch live={live.choice} state={live.state} set={live.set} />
          <ExportMenu q={query.q} log={log} exports={exports} />
          <ShareButton
            q={query.q ?? ''}
            selected={shown.peeked === null ? null : [shown.peeked]}
            range={range}
          />
        </div>
        <ViewNotice part={part} q={query.q} />
      </div>
      <QueryChips query={query} names={names} />
    </search>
  )
}

/** First place of what is listed, and the first one above it; null for an empty list. */
function spanOf(rows: readonly AuditRow[]): { from: number; to: number } | null {
  if (rows.length === 0) return null
  const seqs = rows.map(({ seq }) => seq)
  return { from: Math.min(...seqs), to: Math.max(...seqs) + 1 }
}
