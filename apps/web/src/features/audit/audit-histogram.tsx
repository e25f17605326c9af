'use client'

import { withTime } from '@watchbill/contract/audit-query'
import { use, useState } from 'react'
import { ClockContext } from '../../lib/clock.ts'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { HistogramChart } from './histogram-chart.tsx'
import { partFill } from './histogram-patterns.tsx'
import { type Brush, brushRange, type Histogram, plotPx, timeOf } from './histogram-scale.ts'
import { HistogramTable } from './histogram-table.tsx'
import { coverageWords, drawingWords, gapWords, rangeWords, silentGaps } from './histogram-words.ts'
import { TimeRange } from './time-range.tsx'
import type { QueryText } from './use-query-text.ts'

/** When it happened: the span asked for, the drawing, and of what all these figures speak. */
export function AuditHistogram({
  histogram,
  query,
  old,
  why,
}: {
  histogram: Histogram | null
  query: QueryText
  /** Drawn for what was asked before. */
  old: boolean
  /** Why there is no drawing; null while it is read. */
  why: string | null
}) {
  const { zone } = use(ClockContext)
  const [brush, setBrush] = useState<Brush | null>(null)
  const drawn = histogram !== null && histogram.buckets.length > 0
  const said =
    histogram === null
      ? (why ?? 'Reading how the entries are spread over time…')
      : brush !== null && drawn
        ? rangeWords(histogram, brushRange(brush), zone)
        : drawingWords(histogram)
  const apply = (chosen: Brush) => {
    if (histogram === null) return
    const { min, max } = timeOf(histogram, brushRange(chosen))
    setBrush(null)
    query.edit((text) => withTime(text, min, max))
  }
  return (
    <section aria-label="Over time" className="border-b px-4 pt-2 pb-2 sm:px-6">
      <TimeRange query={query} />
      <div aria-busy={old} className={`pt-3 ${old ? 'opacity-60' : ''}`}>
        {histogram === null ? (
          <svg width="100%" height={plotPx + 20} aria-hidden="true" className="block">
            <line x1="0" x2="100%" y1={plotPx + 0.5} y2={plotPx + 0.5} className="stroke-rule-strong" />
          </svg>
        ) : (
          <HistogramChart histogram={histogram} brush={brush} said={said} setBrush={setBrush} apply={apply} />
        )}
      </div>
      <div className="flex flex-wrap items-baseline gap-x-5 gap-y-1 text-small">
        <span className="figures min-w-64 flex-1 truncate">{said}</span>
        {drawn && <Legend gaps={histogram.gaps.length > 0} />}
      </div>
      <Coverage histogram={histogram} zone={zone} />
      {histogram !== null && <HistogramTable histogram={histogram} />}
    </section>
  )
}

const legend = [
  ['denied', 'denied'],
  ['asked', 'asked'],
  ['other', 'other'],
] as const

function Legend({ gaps }: { gaps: boolean }) {
  const key = (fill: string, colour: string, word: string) => (
    <li key={word} className="flex items-center gap-1.5">
      <svg width="12" height="10" aria-hidden="true" className={colour}>
        <rect width="12" height="10" fill={fill} />
      </svg>
      {word}
    </li>
  )
  return (
    <ul aria-label="Legend" className="flex flex-wrap gap-x-4 text-muted">
      {legend.map(([kind, word]) => key(partFill[kind].fill, partFill[kind].colour, word))}
      {gaps && key('url(#entries-gap)', 'text-rule-strong', 'a machine not watched')}
    </ul>
  )
}

/** Always there: figures without what they cover look like calm. */
function Coverage({ histogram, zone }: { histogram: Histogram | null; zone: string }) {
  if (histogram === null) return <p className="min-h-4 text-small text-muted">–</p>
  const { machines, heard } = histogram.coverage
  const silent = machines - heard
  const [longest] = silentGaps(histogram.gaps)
  return (
    <p className="figures min-h-4 text-small text-muted">
      {coverageWords(histogram)}
      {silent > 0 && (
        <span className="text-waiting">
          ; {silent} silent
          {longest !== undefined && (
            <>
              , <UntrustedText text={(longest.name ?? 'one').slice(0, 40)} max={40} />{' '}
              {gapWords(longest, zone)}
            </>
          )}
        </span>
      )}
      .
    </p>
  )
}
