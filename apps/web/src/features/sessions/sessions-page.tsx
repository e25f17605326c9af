'use client'

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useQueryStates } from 'nuqs'
import { useMemo, useRef, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { useFreshList } from '../../lib/fresh-list.ts'
import { useLinks } from '../../lib/links.ts'
import { useListKeys } from '../../lib/list-keys.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { isFiltered, sessionParsers, toSessionsQuery } from './filters.ts'
import { leadSentence } from './lead-sentence.ts'
import { NoSessions } from './no-sessions.tsx'
import { fleetQuery, sessionsQuery } from './queries.ts'
import { SessionList } from './session-list.tsx'
import { SessionPeek } from './session-peek.tsx'
import { SessionsCopies } from './sessions-copies.tsx'
import { SessionsFilters } from './sessions-filters.tsx'
import { SessionsNews } from './sessions-news.tsx'

/** Every session: filter, sort, peek. What is chosen stands in the URL. */
export function SessionsPage() {
  const api = useApi()
  const links = useLinks()
  const [url, setUrl] = useQueryStates(sessionParsers)
  const [reveal, setReveal] = useState<number | null>(null)
  const field = useRef<HTMLInputElement>(null)
  const query = toSessionsQuery(url)
  const list = useInfiniteQuery(sessionsQuery(api, query))
  const behind = useFreshList(list)
  const fleet = useQuery(fleetQuery(api))
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.sessions) ?? [], [list.data])
  const total = list.data?.pages.at(-1)?.total ?? 0
  const filtered = isFiltered(url)
  const index = rows.findIndex((row) => row.id === (url.at ?? url.session))

  useListKeys({
    move: (by) => {
      const to = Math.min(rows.length - 1, Math.max(0, index + by))
      const next = rows[to]
      if (next === undefined) return
      setUrl({ at: next.id, ...(url.session === null ? {} : { session: next.id }) })
      setReveal(to)
    },
    peek: () => setUrl({ session: url.session === null ? (rows[Math.max(0, index)]?.id ?? null) : null }),
    query: () => field.current?.focus(),
    link: () => {
      const id = url.session ?? url.at
      const path = id === null ? `${window.location.pathname}${window.location.search}` : links.session(id)
      void navigator.clipboard.writeText(`${window.location.origin}${path}`).catch(() => undefined)
    },
    close: () => setUrl({ session: null }),
  })

  return (
    <>
      <PageHead title="Sessions" lead={leadSentence(total, fleet.data?.waitingSessions ?? null, filtered)}>
        <SessionsCopies query={query} />
      </PageHead>
      <div className="flex border-t">
        <div className="@container min-w-0 flex-1">
          <SessionsFilters url={url} setUrl={setUrl} field={field} filtered={filtered} />
          <SessionsNews behind={behind} query={query} total={total} refetch={list.refetch} />
          {rows.length === 0 ? (
            <NoSessions filtered={filtered} error={list.error} pending={list.isPending} />
          ) : (
            <SessionList
              rows={rows}
              total={total}
              at={index}
              reveal={reveal}
              url={url}
              setUrl={setUrl}
              more={list.hasNextPage && !list.isFetching ? list.fetchNextPage : null}
            />
          )}
        </div>
        {url.session !== null && <SessionPeek id={url.session} close={() => setUrl({ session: null })} />}
      </div>
    </>
  )
}
