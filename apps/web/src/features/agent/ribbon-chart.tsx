'use client'

import { type KeyboardEvent, type PointerEvent, use } from 'react'
import { ClockContext } from '../../lib/clock.ts'
import { formatClock } from '../../lib/duration.ts'
import { hourMarks, type RibbonRun } from './ribbon.ts'
import { RibbonPatterns, ribbonShape } from './ribbon-patterns.tsx'

const barPx = 32
const everyHours = 3

/** What the keys do to the chosen step: arrows one, Page keys an hour's worth, Home and End the ends. */
export function moveStep(key: string, step: number, steps: number, hour: number): number | null {
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: step - 1,
    ArrowDown: step - 1,
    ArrowRight: step + 1,
    ArrowUp: step + 1,
    PageDown: step - hour,
    PageUp: step + hour,
    Home: 0,
    End: steps - 1,
  }
  const next = Object.hasOwn(moves, key) ? moves[key] : undefined
  return next === undefined ? null : Math.min(steps - 1, Math.max(0, next))
}

export interface RibbonWindow {
  readonly fromMs: number
  readonly toMs: number
  readonly steps: number
}

/** The ribbon itself: one bar per run, hour marks below, a reading line at the chosen step. */
export function RibbonChart({
  runs,
  window,
  step,
  said,
  onStep,
}: {
  runs: readonly RibbonRun[]
  window: RibbonWindow
  step: number
  /** The chosen step in words. */
  said: string
  onStep: (step: number) => void
}) {
  const { steps } = window
  const hour = Math.max(1, Math.round((steps * 3_600_000) / Math.max(1, window.toMs - window.fromMs)))
  const choose = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const at = Math.floor(((event.clientX - box.left) / box.width) * steps)
    onStep(Math.min(steps - 1, Math.max(0, at)))
  }
  const press = (event: KeyboardEvent) => {
    const next = moveStep(event.key, step, steps, hour)
    if (next === null) return
    event.preventDefault()
    onStep(next)
  }
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="The last 24 hours, step by step"
      aria-valuemin={0}
      aria-valuemax={steps - 1}
      aria-valuenow={step}
      aria-valuetext={said}
      onKeyDown={press}
      onPointerMove={choose}
      onPointerDown={choose}
      className="touch-pan-y"
    >
      <svg width="100%" height="52" aria-hidden="true" className="block overflow-visible">
        <RibbonPatterns />
        {runs.map((run) => (
          <Bar key={run.fromStep} run={run} steps={steps} />
        ))}
        <line x1="0" x2="100%" y1={barPx + 0.5} y2={barPx + 0.5} className="stroke-rule-strong" />
        <HourMarks window={window} />
        <ReadingLine step={step} steps={steps} />
      </svg>
    </div>
  )
}

const share = (part: number, whole: number) => `${(part / whole) * 100}%`

function Bar({ run, steps }: { run: RibbonRun; steps: number }) {
  const { y, height, fill, colour } = ribbonShape[run.state]
  return (
    <rect
      x={share(run.fromStep, steps)}
      width={share(run.toStep - run.fromStep, steps)}
      y={y}
      height={height}
      fill={fill}
      className={colour}
    />
  )
}

function ReadingLine({ step, steps }: { step: number; steps: number }) {
  const x = share(step + 0.5, steps)
  return <line x1={x} x2={x} y1="-3" y2={barPx + 3} className="stroke-ink" strokeWidth="1" />
}

function HourMarks({ window }: { window: RibbonWindow }) {
  const { zone } = use(ClockContext)
  return hourMarks(window.fromMs, window.toMs, everyHours).map(({ at, ms }, index) => (
    <g key={ms} className={index % 2 === 1 ? 'max-sm:hidden' : undefined}>
      <line x1={share(at, 1)} x2={share(at, 1)} y1={barPx} y2={barPx + 4} className="stroke-rule-strong" />
      <text
        x={share(at, 1)}
        y={barPx + 16}
        textAnchor={at < 0.03 ? 'start' : at > 0.97 ? 'end' : 'middle'}
        className="figures fill-muted text-small"
      >
        {formatClock(new Date(ms).toISOString(), zone)}
      </text>
    </g>
  ))
}
