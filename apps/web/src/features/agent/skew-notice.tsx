'use client'

import { formatDuration } from '../../lib/duration.ts'
import { AbsoluteTime } from '../../ui/absolute-time.tsx'
import { StateMark } from '../../ui/state-mark.tsx'

/** Said only when the machine's clock is off: every time on the page has been corrected by that much. */
export function SkewNotice({ skewMs, reportedAt }: { skewMs: number | null; reportedAt: string }) {
  if (skewMs === null || Math.abs(skewMs) <= 2000) return null
  return (
    <p className="mt-3 border-l-2 border-l-waiting pl-3">
      <StateMark state="warn" word="Clock" /> This machine’s clock is {formatDuration(Math.abs(skewMs))}{' '}
      {skewMs > 0 ? 'behind' : 'ahead of'} ours. Times here are corrected; the last snapshot says{' '}
      <AbsoluteTime at={reportedAt} />.
    </p>
  )
}
