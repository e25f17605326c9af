'use client'

import { useEffect, useRef } from 'react'

export interface TableKeys {
  readonly move: (by: number) => void
  readonly enter: () => void
  readonly peek: () => void
  readonly fold: (open: boolean) => void
  readonly search: () => void
  readonly permalink: () => void
  readonly escape: () => void
}

/** j/k and arrows move, Enter opens, space peeks, left/right fold, `/` searches, `.` copies a permalink, Escape closes. */
export function useTableKeys(keys: TableKeys) {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const act = event.defaultPrevented || isElsewhere(event) ? null : actionOf(event, latest.current)
      if (act === null) return
      event.preventDefault()
      act()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [])
}

/** Typing, a modifier, an open dialog: not ours. Enter and space belong to the control that has the focus. */
function isElsewhere(event: KeyboardEvent): boolean {
  if (event.metaKey || event.ctrlKey || event.altKey || !(event.target instanceof HTMLElement)) return true
  if (document.querySelector('dialog[open]') !== null) return true
  if (event.target.closest('input, textarea, select, [contenteditable]') !== null) return true
  return (event.key === 'Enter' || event.key === ' ') && event.target.closest('a, button, summary') !== null
}

function actionOf(event: KeyboardEvent, keys: TableKeys): (() => void) | null {
  const inGrid = event.target instanceof HTMLElement && event.target.closest('[role=treegrid]') !== null
  switch (event.key) {
    case 'j':
      return () => keys.move(1)
    case 'k':
      return () => keys.move(-1)
    case 'ArrowDown':
      return inGrid ? () => keys.move(1) : null
    case 'ArrowUp':
      return inGrid ? () => keys.move(-1) : null
    case 'ArrowRight':
      return inGrid ? () => keys.fold(true) : null
    case 'ArrowLeft':
      return inGrid ? () => keys.fold(false) : null
    case 'Enter':
      return keys.enter
    case ' ':
      return keys.peek
    case '/':
      return keys.search
    case '.':
      return keys.permalink
    case 'Escape':
      return keys.escape
    default:
      return null
  }
}
