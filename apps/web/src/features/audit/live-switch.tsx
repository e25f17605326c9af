'use client'

import { useEffect, useState } from 'react'
import type { TailState } from './tail-stream.ts'

export interface LiveChoice {
  readonly on: boolean
  readonly paused: boolean
}
export const notLive: LiveChoice = { on: false, paused: false }

const stateWords: Readonly<Record<TailState, string>> = {
  connecting: 'connecting…',
  live: 'following',
  waiting: 'no answer, trying again…',
  ended: 'it will not answer this',
}

/** Whether new entries come by themselves; held back while paused (WCAG 2.2.2). */
export function LiveSwitch({
  live,
  state,
  set,
}: {
  live: LiveChoice
  state: TailState
  set: (live: LiveChoice) => void
}) {
  return (
    <span className="print-hide inline-flex items-center gap-2">
      <button
        type="button"
        aria-pressed={live.on}
        onClick={() => set({ on: !live.on, paused: false })}
        className="h-7 rounded border border-rule-strong px-2.5 hover:bg-hover aria-pressed:border-working aria-pressed:text-working"
      >
        <span aria-hidden="true">{live.on && !live.paused ? '▶' : '○'}</span> Live
      </button>
      {live.on && (
        <>
          <button
            type="button"
            onClick={() => set({ on: true, paused: !live.paused })}
            className="h-7 rounded border border-rule-strong px-2.5 hover:bg-hover"
          >
            {live.paused ? 'Go on' : 'Pause'}
          </button>
          <span className="text-muted max-sm:sr-only">{live.paused ? 'paused' : stateWords[state]}</span>
        </>
      )}
    </span>
  )
}

const sayEveryMs = 5000

/** How many came, for those who hear the page: at most every five seconds, and only when some did. */
export function LiveNews({ count }: { count: number }) {
  const [said, setSaid] = useState({ count, words: '' })
  useEffect(() => {
    if (count === said.count) return
    const timer = setTimeout(() => {
      const came = count - said.count
      setSaid({ count, words: came > 0 ? `${came} new ${came === 1 ? 'entry' : 'entries'}` : '' })
    }, sayEveryMs)
    return () => clearTimeout(timer)
  }, [count, said])
  return (
    <span role="status" className="sr-only">
      {said.words}
    </span>
  )
}
