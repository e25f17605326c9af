'use client'

import { type KeyboardEvent, type PointerEvent, use, useMemo, useRef } from 'react'
import { ClockContext } from '../../lib/clock.ts'
import { formatClock, formatInstant } from '../../lib/duration.ts'
import { HistogramPatterns, partFill } from './histogram-patterns.tsx'
import {
  axisMarks,
  type Brush,
  barParts,
  brushRange,
  gapSpans,
  type Histogram,
  mostOf,
  moveBrush,
  plotPx,
} from './histogram-scale.ts'

const share = (part: number, whole: number) => `${(part / whole) * 100}%`

/**
 * Entries over time. A press zooms to a bar, a drag to a span; by keys arrows move, with shift they extend, Enter zooms,
 * Escape lets go.
 */
export function HistogramChart({
  histogram,
  brush,
  said,
  setBrush,
  apply,
}: {
  histogram: Histogram
  brush: Brush | null
  /** The chosen span in words. */
  said: string
  setBrush: (brush: Brush | null) => void
  apply: (brush: Brush) => void
}) {
  const { buckets } = histogram
  const count = buckets.length
  const plot = usePlotEvents(count, brush, setBrush, apply)
  return (
    <div
      role="slider"
      tabIndex={count === 0 ? -1 : 0}
      aria-label="Entries over time. Arrows move, shift and arrows extend, Enter zooms in, Escape lets go"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, count - 1)}
      aria-valuenow={brush?.cursor ?? 0}
      aria-valuetext={said}
      {...plot}
      className="cursor-crosshair touch-pan-y select-none"
    >
      <svg width="100%" height={plotPx + 20} aria-hidden="true" className="block overflow-visible">
        <HistogramPatterns />
        <Bars histogram={histogram} />
        <line x1="0" x2="100%" y1={plotPx + 0.5} y2={plotPx + 0.5} className="stroke-rule-strong" />
        <AxisMarks histogram={histogram} />
        {brush !== null && count > 0 && <Chosen brush={brush} count={count} />}
      </svg>
    </div>
  )
}

/** Where a drag began; null while nothing is held. */
function usePlotEvents(
  count: number,
  brush: Brush | null,
  setBrush: (brush: Brush | null) => void,
  apply: (brush: Brush) => void,
) {
  const held = useRef<number | null>(null)
  const bucketAt = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const at = Math.floor(((event.clientX - box.left) / box.width) * count)
    return Math.min(count - 1, Math.max(0, at))
  }
  return {
    onKeyDown: (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === 'Enter' && brush !== null) return apply(brush)
      if (event.key === 'Escape') return setBrush(null)
      const next = moveBrush(event.key, event.shiftKey, brush, count)
      if (next === null) return
      event.preventDefault()
      setBrush(next)
    },
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0 || count === 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      held.current = bucketAt(event)
      setBrush({ cursor: held.current, anchor: null })
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (count === 0 || (event.pointerType === 'touch' && held.current === null)) return
      const cursor = bucketAt(event)
      const anchor = held.current === null || held.current === cursor ? null : held.current
      if (cursor !== brush?.cursor || anchor !== brush.anchor) setBrush({ cursor, anchor })
    },
    onPointerUp: () => {
      if (held.current === null || brush === null) return
      held.current = null
      apply(brush)
    },
    onPointerCancel: () => {
      held.current = null
      setBrush(null)
    },
    onPointerLeave: () => {
      if (held.current === null) setBrush(null)
    },
    onBlur: () => setBrush(null),
  }
}

function Bars({ histogram }: { histogram: Histogram }) {
  const { buckets } = histogram
  const most = mostOf(buckets)
  const gaps = useMemo(() => gapSpans(histogram), [histogram])
  return (
    <>
      {gaps.map(({ at, width, gap }) => (
        <rect
          key={`${gap.kind} ${gap.machine} ${gap.from}`}
          x={share(at, 1)}
          width={share(width, 1)}
          y="0"
          height={plotPx}
          fill="url(#entries-gap)"
        />
      ))}
      {buckets.map((bucket, index) =>
        barParts(bucket, most).map(({ kind, y, height }) => (
          <rect
            key={`${bucket.at} ${kind}`}
            x={share(index, buckets.length)}
            width={share(1, buckets.length)}
            y={y}
            height={height}
            fill={partFill[kind].fill}
            className={`stroke-ground ${partFill[kind].colour}`}
          />
        )),
      )}
    </>
  )
}

function Chosen({ brush, count }: { brush: Brush; count: number }) {
  const { first, last } = brushRange(brush)
  return (
    <>
      <rect
        x={share(first, count)}
        width={share(last - first + 1, count)}
        y="-4"
        height={plotPx + 4}
        className="fill-working/15"
      />
      {[first, last + 1].map((edge) => (
        <line
          key={edge}
          x1={share(edge, count)}
          x2={share(edge, count)}
          y1="-4"
          y2={plotPx + 4}
          className="stroke-ink"
        />
      ))}
    </>
  )
}

const dayMs = 86_400_000

function AxisMarks({ histogram: { buckets, stepMs } }: { histogram: Histogram }) {
  const { zone } = use(ClockContext)
  const days = stepMs * buckets.length > 2 * dayMs
  const clock = (at: string) =>
    stepMs < 60_000 ? formatInstant(at, zone).slice(12, 20) : formatClock(at, zone)
  return axisMarks(buckets.length, 8).map((index, place) => {
    const at = buckets[index]?.at ?? ''
    const x = share(index, buckets.length)
    const label = days ? formatInstant(at, zone).slice(0, 6) : clock(at)
    return (
      <g key={at} className={place % 2 === 1 ? 'max-sm:hidden' : undefined}>
        <line x1={x} x2={x} y1={plotPx} y2={plotPx + 4} className="stroke-rule-strong" />
        <text x={x} y={plotPx + 17} className="figures fill-muted text-small">
          {label}
        </text>
      </g>
    )
  })
}
