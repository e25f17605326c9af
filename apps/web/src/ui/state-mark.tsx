import type { ReactElement } from 'react'

/** LOOK "Status language". `pass`, `warn` and `fail` are for checks; `looping` is a reason for attention, never a state. */
export type Mark =
  | 'waiting'
  | 'failing'
  | 'looping'
  | 'unreadable'
  | 'working'
  | 'idle'
  | 'stale'
  | 'stopped'
  | 'ended'
  | 'pass'
  | 'warn'
  | 'fail'

const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.5 } as const
const stop = <rect x="2.5" y="2.5" width="7" height="7" />
const cross = <path d="M2.5 2.5l7 7m0-7l-7 7" {...line} strokeWidth={1.8} />

/** Drawn on a 12 x 12 grid with currentColor, so forced colours keep the shape. */
export const shapes: Readonly<Record<Mark, ReactElement>> = {
  waiting: <path d="M2.5 1.5h2.6v9H2.5zM6.9 1.5h2.6v9H6.9z" />,
  failing: cross,
  fail: cross,
  looping: <path d="M9.8 4.4A4.2 4.2 0 1 0 10.2 6.5M10.3 1.8v2.9H7.4" {...line} />,
  unreadable: (
    <path d="M3.6 4.1c0-3.3 5-3.3 5-.4 0 1.9-2.5 2-2.5 4M6.1 9.4v1.6" {...line} strokeWidth={1.7} />
  ),
  working: <path d="M2.5 1.2v9.6L10.5 6z" />,
  idle: <circle cx="6" cy="6" r="4" {...line} />,
  stale: <circle cx="6" cy="6" r="4.2" {...line} strokeDasharray="1.6 1.7" />,
  stopped: stop,
  ended: stop,
  pass: <path d="M1.8 6.4l2.9 3 5.5-6.6" {...line} strokeWidth={1.8} />,
  warn: <path d="M6 1.5v5.8M6 8.8v1.7" {...line} strokeWidth={2} />,
}

/** Colour only where a person is needed, or where work moves; the rest is ink. */
export const markColour: Readonly<Record<Mark, string>> = {
  waiting: 'text-waiting',
  failing: 'text-failed',
  fail: 'text-failed',
  looping: 'text-waiting',
  unreadable: 'text-unreadable',
  working: 'text-working',
  idle: 'text-muted',
  stale: 'text-muted',
  stopped: 'text-muted',
  ended: 'text-muted',
  pass: 'text-proven',
  warn: 'text-waiting',
}

/**
 * A state as shape, word and colour. `word={false}` keeps the word for screen readers alone; a string replaces it.
 * `source`: a reported state has a dotted underline, an inferred one a "~" before its word.
 */
export function StateMark({
  state,
  word = true,
  source = 'observed',
}: {
  state: Mark
  word?: boolean | string
  source?: 'reported' | 'observed' | 'inferred'
}) {
  const said = typeof word === 'string' ? word : state
  const known = source === 'reported' ? 'reported' : ''
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${markColour[state]}`}>
      <svg
        viewBox="0 0 12 12"
        width="12"
        height="12"
        fill="currentColor"
        aria-hidden="true"
        className="shrink-0"
      >
        {shapes[state]}
      </svg>
      <span className={word === false ? 'sr-only' : `self-baseline ${known}`}>
        {source === 'inferred' && '~'}
        {said}
      </span>
    </span>
  )
}
