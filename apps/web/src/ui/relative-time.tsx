'use client'

import { use } from 'react'
import { ClockContext, useNow } from '../lib/clock.ts'
import { formatDuration, formatInstant } from '../lib/duration.ts'

/** `4 min ago` (or `4 min` with `bare`), ticking by the server's clock; the moment itself on hover. Null is "–". */
export function RelativeTime({ at, bare = false }: { at: string | null; bare?: boolean }) {
  const now = useNow()
  const { zone } = use(ClockContext)
  if (at === null) return <span className="text-muted">–</span>
  const age = formatDuration(now - Date.parse(at))
  return (
    <time dateTime={at} title={formatInstant(at, zone)} className="figures whitespace-nowrap">
      {bare ? age : `${age} ago`}
    </time>
  )
}
