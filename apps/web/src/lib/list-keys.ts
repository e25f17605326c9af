'use client'

import { useEffect, useRef } from 'react'

/** What single keys do on a page that is a list (LOOK "What people love"). */
export interface ListKeys {
  /** `j` / `k`: one row down or up. */
  readonly move: (by: 1 | -1) => void
  /** Space: open or close the peek of the current row. */
  readonly peek: () => void
  /** `/`: to the query field. */
  readonly query: () => void
  /** `.`: copy a permanent link. */
  readonly link: () => void
  /** Escape. */
  readonly close: () => void
}

type Action = 'down' | 'up' | 'peek' | 'query' | 'link' | 'close'
const actions: ReadonlyMap<string, Action> = new Map([
  ['j', 'down'],
  ['k', 'up'],
  [' ', 'peek'],
  ['/', 'query'],
  ['.', 'link'],
  ['Escape', 'close'],
])

const typing = 'input, textarea, select, [contenteditable], [role=slider], dialog *'
const pressing = 'a, button, summary'

/** The action a key asks for, or null: while typing, in a dialog, with a modifier, keys mean what they always mean. */
function actionOf(event: KeyboardEvent): Action | null {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return null
  const target = event.target instanceof Element ? event.target : null
  if (target?.matches(typing)) return null
  const action = actions.get(event.key) ?? null
  return action === 'peek' && target?.matches(pressing) ? null : action
}

/** Listens on the page as long as the component stands. */
export function useListKeys(keys: ListKeys) {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const action = actionOf(event)
      if (action === null) return
      if (action !== 'close') event.preventDefault()
      if (action === 'up') latest.current.move(-1)
      else if (action === 'down') latest.current.move(1)
      else latest.current[action]()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
}
