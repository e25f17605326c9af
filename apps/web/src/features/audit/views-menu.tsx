'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { View } from '@watchbill/contract/audit-views'
import { useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { Menu } from '../../ui/menu.tsx'
import { queryOf } from './filters.ts'
import { viewsQuery } from './queries.ts'
import { knownPart } from './query-edit.ts'
import type { QueryText } from './use-query-text.ts'
import { ViewName } from './view-name.tsx'
import { ViewRow } from './view-row.tsx'

/** A view that was opened without the terms that nobody knows any more. */
export interface PartView {
  readonly view: View
  /** What was applied in place of its text. */
  readonly q: string
}

/** Queries kept by a name: open, save what is applied, rename, remove. */
export function ViewsMenu({
  query,
  opened,
}: {
  query: QueryText
  /** Told when a view was opened in part; null when whole. */
  opened: (part: PartView | null) => void
}) {
  const api = useApi()
  const cache = useQueryClient()
  const { data: views, error } = useQuery(viewsQuery(api))
  const again = () => cache.invalidateQueries({ queryKey: viewsQuery(api).queryKey })
  const open = (view: View, close: () => void) => {
    const q = view.ignored.length === 0 ? view.q : knownPart(view.q, query.now)
    opened(q === view.q ? null : { view, q })
    query.apply(q)
    close()
  }
  const save = async (name: string, q: string) => {
    await api.client.postView({ body: { name, q } })
    await again()
  }
  return (
    <Menu label="Views" name="Saved views" wide>
      {(close) => (
        <>
          {error !== null && <p className="px-3 py-1 text-failed">{error.message}</p>}
          {views?.length === 0 && <p className="px-3 py-1 text-muted">No query is saved yet.</p>}
          {views !== undefined && views.length > 0 && (
            <ul aria-label="Saved views" className="max-h-72 overflow-y-auto">
              {views.map((view) => (
                <ViewRow
                  key={view.id}
                  view={view}
                  chosen={queryOf(view.q) === query.q}
                  open={() => open(view, close)}
                  changed={again}
                />
              ))}
            </ul>
          )}
          <SaveView query={query} save={save} />
        </>
      )}
    </Menu>
  )
}

function SaveView({
  query,
  save,
}: {
  query: QueryText
  save: (name: string, q: string) => Promise<unknown>
}) {
  const { q } = query
  const [saved, setSaved] = useState<string | null>(null)
  return (
    <div className="mt-1 border-t px-3 pt-2">
      {q === null ? (
        <p className="text-muted">Ask something, and it can be saved here by a name.</p>
      ) : saved === q ? (
        <p role="status">Saved.</p>
      ) : (
        <ViewName
          label="Save this query as"
          verb="Save"
          first=""
          done={async (name) => {
            await save(name, q)
            setSaved(q)
          }}
        />
      )}
    </div>
  )
}
