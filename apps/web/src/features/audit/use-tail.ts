'use client'

import type { AuditEntry } from '@watchbill/contract/audit'
import { useEffect, useReducer, useRef, useState } from 'react'
import { useWorkspace } from '../../lib/links.ts'
import { createThrottle } from '../../lib/throttle.ts'
import { addEntries, noTail, showWaiting, type Tail } from './tail-rows.ts'
import { holdTail, type TailState } from './tail-stream.ts'

/** However fast entries come, the list is drawn four times a second. */
const drawEveryMs = 250

export interface LiveTail {
  readonly tail: Tail
  readonly state: TailState
  /** Entries searched by now; null before the stream said so. */
  readonly indexed: number | null
  /** What waits comes on screen. */
  readonly show: () => void
}

type Step =
  | { readonly kind: 'add'; readonly entries: readonly AuditEntry[]; readonly steady: boolean }
  | 'show'
  | 'empty'

const step = (tail: Tail, what: Step): Tail => {
  if (what === 'empty') return noTail
  return what === 'show' ? showWaiting(tail) : addEntries(tail, what.entries, what.steady)
}

/**
 * Follows a query while `on` and while the page is looked at, from behind the last place its list was read to (`from`; null
 * while it was not).
 */
export function useTail({
  on,
  q,
  from,
  reading,
  isSteady,
  reset,
}: {
  on: boolean
  q: string | null
  from: number | null
  /** Which reading of the list the tail goes above; another one begins an empty tail. */
  reading: string
  /** Whether entries may come on screen by themselves now. */
  isSteady: () => boolean
  reset: () => void
}): LiveTail {
  const workspace = useWorkspace()
  const [tail, turn] = useReducer(step, noTail)
  const [state, setState] = useState<TailState>('connecting')
  const [indexed, setIndexed] = useState<number | null>(null)
  const asks = useRef({ isSteady, reset })
  useEffect(() => {
    asks.current = { isSteady, reset }
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another reading of the list is what empties the tail
  useEffect(() => turn('empty'), [reading])

  const place = useRef<{ reading: string; from: number } | null>(null)
  useEffect(() => {
    if (!on || from === null) return
    // Where it stopped, as long as it is the same list: a paused page or a switched-off tail misses nothing.
    if (place.current?.reading !== reading) place.current = { reading, from }
    const position = place.current
    let arrived: AuditEntry[] = []
    const draw = createThrottle(
      () => drawEveryMs,
      () => {
        if (arrived.length > 0) turn({ kind: 'add', entries: arrived, steady: asks.current.isSteady() })
        arrived = []
      },
    )
    let held = new AbortController()
    const begin = () => {
      held = new AbortController()
      void holdTail({ q, workspace, from: position.from }, held.signal, {
        state: setState,
        entries: (entries, now, at) => {
          position.from = Math.max(position.from, at)
          arrived.push(...entries)
          setIndexed(now)
          draw()
        },
        reset: () => asks.current.reset(),
      })
    }
    const look = () => {
      held.abort()
      if (document.visibilityState === 'visible') begin()
    }
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      held.abort()
      draw.cancel()
      // They were told already, and will not be told again.
      if (arrived.length > 0) turn({ kind: 'add', entries: arrived, steady: false })
    }
  }, [on, q, workspace, from, reading])

  return { tail, state, indexed, show: () => turn('show') }
}
