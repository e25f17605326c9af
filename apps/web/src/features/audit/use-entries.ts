'use client'

import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useApi } from '../../lib/api.ts'
import type { AuditPage, AuditRow } from './audit-rows.ts'
import { entriesQuery, foundQuery, type Opening } from './queries.ts'

/** What the list shows: the log by place, or what answers a query. */
export interface EntryList {
  readonly rows: readonly AuditRow[]
  /** Pages by place, to be proven in one run each; none for a query. */
  readonly pages: readonly AuditPage[]
  /** Entries in the log, as far as any page said. */
  readonly size: number
  /** How many answer; null before the first answer. Not exact: at least about so many. */
  readonly total: { readonly count: number; readonly exact: boolean } | null
  /** Entries below this place were searched when the list was first read; null before. */
  readonly indexed: number | null
  /** Rows of what was asked before, until the answer is here. */
  readonly old: boolean
  readonly pending: boolean
  readonly error: Error | null
  readonly more: (() => unknown) | null
  /** Reading towards the newest, where the list was opened in the middle. */
  readonly newer: { readonly busy: boolean; readonly read: () => unknown } | null
}

/** `q` null: the log by place, from `opening`. `broken`: the query cannot be read, so nobody is asked. */
export function useEntries(q: string | null, broken: boolean, opening: Opening): EntryList {
  const api = useApi()
  const place = useInfiniteQuery({ ...entriesQuery(api, opening), enabled: q === null })
  const found = useInfiniteQuery({
    ...foundQuery(api, q ?? '', opening.turn),
    enabled: q !== null && !broken,
  })
  const pages = useMemo(() => place.data?.pages ?? [], [place.data])
  const placed = useMemo(() => pages.flatMap((page) => page.rows), [pages])
  const answers = useMemo(() => found.data?.pages.flatMap((page) => page.rows) ?? [], [found.data])
  const size = Math.max(
    0,
    ...pages.map((page) => page.size),
    ...(found.data?.pages ?? []).map((page) => page.size),
  )
  if (q === null)
    return {
      rows: placed,
      pages,
      size,
      total: pages.length === 0 ? null : { count: size, exact: true },
      indexed: pages[0]?.indexed ?? null,
      old: place.isPlaceholderData,
      pending: place.isPending,
      error: place.error,
      more: place.hasNextPage && !place.isFetching ? place.fetchNextPage : null,
      newer: place.hasPreviousPage ? { busy: place.isFetching, read: place.fetchPreviousPage } : null,
    }
  const first = found.data?.pages[0]
  // A first query is asked from a page that shows the log: its rows stay until the answer is here.
  const none = found.data === undefined && found.error === null && !broken
  return {
    rows: none ? placed : answers,
    pages: none ? pages : [],
    size,
    total: first?.total ?? null,
    indexed: first?.indexed ?? null,
    old: none || found.isPlaceholderData,
    pending: found.isPending && !broken,
    error: found.error,
    more: found.hasNextPage && !found.isFetching ? found.fetchNextPage : null,
    newer: null,
  }
}
