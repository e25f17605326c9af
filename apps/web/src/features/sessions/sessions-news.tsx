'use client'

import { useQuery } from '@tanstack/react-query'
import type { SessionsQuery } from '@watchbill/contract/sessions'
import { useApi } from '../../lib/api.ts'
import { newsLabel } from './lead-sentence.ts'
import { totalQuery } from './queries.ts'

/** "3 new": what changed above waits until the reader asks, so the scroll never moves by itself. */
export function SessionsNews({
  behind,
  query,
  total,
  refetch,
}: {
  behind: boolean
  query: SessionsQuery
  total: number
  refetch: () => unknown
}) {
  const now = useQuery({ ...totalQuery(useApi(), query), enabled: behind })
  const show = () => {
    window.scrollTo({ top: 0 })
    void refetch()
  }
  return (
    <div role="status" className="pointer-events-none sticky top-14 z-10 h-0 text-center">
      {behind && (
        <button
          type="button"
          onClick={show}
          className="pointer-events-auto min-h-7 rounded border border-working bg-panel px-3 text-working hover:bg-hover"
        >
          {newsLabel(total, now.data ?? null)}: show
        </button>
      )}
    </div>
  )
}
