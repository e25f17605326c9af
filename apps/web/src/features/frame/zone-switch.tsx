'use client'

import { use } from 'react'
import { ZoneContext } from '../../lib/zone-context.ts'

/** UTC, or the reader's own zone. */
export function ZoneSwitch() {
  const { zone, choose } = use(ZoneContext)
  const utc = zone === 'UTC'
  return (
    <button
      type="button"
      title={utc ? 'Times are in UTC; click for your own zone' : `Times are in ${zone}; click for UTC`}
      onClick={() => choose(utc ? Intl.DateTimeFormat().resolvedOptions().timeZone : 'UTC')}
      className="h-7 rounded px-1.5 text-muted hover:bg-hover"
    >
      <span className="sr-only">Time zone: </span>
      {utc ? 'UTC' : 'Local'}
    </button>
  )
}
