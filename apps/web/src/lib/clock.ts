'use client'

import { createContext, use, useSyncExternalStore } from 'react'
import { serverNow } from './server-clock.ts'

/** What the server rendered with: `now` in ms, and the reader's IANA zone (`UTC` unless they chose their own). */
export const ClockContext = createContext<{ now: number; zone: string }>({ now: 0, zone: 'UTC' })

let shown = 0
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

function tick() {
  shown = serverNow()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  timer ??= setInterval(tick, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
    shown = 0
  }
}

function read(): number {
  if (shown === 0) shown = serverNow()
  return shown
}

/** Server-corrected time in ms; one timer for the whole page, one step a second. */
export function useNow(): number {
  const { now } = use(ClockContext)
  return useSyncExternalStore(subscribe, read, () => now)
}
