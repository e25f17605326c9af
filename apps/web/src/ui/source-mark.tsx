'use client'

import { type ReactNode, use } from 'react'
import { ClockContext, useNow } from '../lib/clock.ts'
import { formatDuration, formatInstant } from '../lib/duration.ts'

/** How a value is known: reported ones carry a dotted underline, observed ones none, inferred ones a "~". */
export function SourceMark({
  source,
  at = null,
  children,
}: {
  source: 'reported' | 'observed' | 'inferred'
  /** RFC 3339; adds age and moment to the title. */
  at?: string | null
  children: ReactNode
}) {
  const now = useNow()
  const { zone } = use(ClockContext)
  const when = at === null ? '' : `, ${formatDuration(now - Date.parse(at))} ago (${formatInstant(at, zone)})`
  return (
    <span className={source === 'reported' ? 'reported' : undefined} title={`${source}${when}`}>
      {source === 'inferred' && <span aria-hidden="true">~</span>}
      {source === 'inferred' && <span className="sr-only">inferred: </span>}
      {children}
    </span>
  )
}
