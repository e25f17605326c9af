'use client'

import { use } from 'react'
import { ClockContext } from '../lib/clock.ts'
import { formatClock, formatInstant } from '../lib/duration.ts'

/** A moment in the reader's zone; `clock` shows hours and minutes alone. Null is "–". */
export function AbsoluteTime({ at, clock = false }: { at: string | null; clock?: boolean }) {
  const { zone } = use(ClockContext)
  if (at === null) return <span className="text-muted">–</span>
  const whole = formatInstant(at, zone)
  return (
    <time dateTime={at} title={whole} className="figures whitespace-nowrap">
      {clock ? formatClock(at, zone) : whole}
    </time>
  )
}
