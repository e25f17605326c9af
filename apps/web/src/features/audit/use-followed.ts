'use client'

import { useQueryClient } from '@tanstack/react-query'
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { createThrottle } from '../../lib/throttle.ts'
import { sortOf } from './audit-tools.tsx'
import type { LiveChoice } from './live-switch.tsx'
import { facetsQuery, histogramQuery, type Opening } from './queries.ts'
import { withTail } from './tail-rows.ts'
import type { EntryList } from './use-entries.ts'
import type { QueryText } from './use-query-text.ts'
import { type LiveTail, useTail } from './use-tail.ts'

/** Figures beside a list that grows are asked anew this often, not with every entry. */
const figuresEveryMs = 10_000

export interface Followed extends LiveTail {
  /** The list with what came since above it. */
  readonly rows: EntryList['rows']
  /** Came since the list was read; shown or not. */
  readonly came: number
  /** Waits until the reader asks. */
  readonly waiting: number
  /** Shown by `show` of the tail; else only a list that is read anew shows them in their place. */
  readonly prepends: boolean
}

/** A list and, while it is followed, what comes above it: by itself while its first row is in view, else when asked. */
export function useFollowed({
  query,
  list,
  live,
  opening,
  top,
  reopen,
}: {
  query: QueryText
  list: EntryList
  live: LiveChoice
  opening: Opening
  /** Stands where the list begins. */
  top: RefObject<HTMLElement | null>
  reopen: () => void
}): Followed {
  const { q, broken } = query
  const prepends = list.newer === null && (q === null || sortOf(q, query.now) === 'newest')
  const key = `${q ?? ''} ${opening.turn} ${opening.around ?? ''}`
  const [reading, setReading] = useState(key)
  // What came stays above the old rows until the new ones are here.
  if (!list.old && reading !== key) setReading(key)
  const followed = useTail({
    on: live.on && !broken && !list.old,
    q,
    from: list.indexed === null ? null : list.indexed - 1,
    reading,
    isSteady: () => prepends && !live.paused && (top.current?.getBoundingClientRect().top ?? -1) >= 0,
    reset: reopen,
  })
  const { tail } = followed
  const rows = useMemo(() => withTail(tail, list.rows), [tail, list.rows])
  const came = tail.shown.length + tail.waiting.length
  useFreshFigures(q, came)
  return { ...followed, rows, came, waiting: tail.waiting.length, prepends: prepends && !tail.over }
}

/** Facets and histogram count what came, soon after it came. */
function useFreshFigures(q: string | null, came: number) {
  const api = useApi()
  const cache = useQueryClient()
  const ask = useRef<ReturnType<typeof createThrottle> | null>(null)
  useEffect(() => {
    const throttle = createThrottle(
      () => figuresEveryMs,
      () => {
        void cache.invalidateQueries({ queryKey: facetsQuery(api, q).queryKey })
        void cache.invalidateQueries({ queryKey: histogramQuery(api, q).queryKey })
      },
    )
    ask.current = throttle
    return () => throttle.cancel()
  }, [api, cache, q])
  useEffect(() => {
    if (came > 0) ask.current?.()
  }, [came])
}
