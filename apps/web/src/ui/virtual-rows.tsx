'use client'

import { Fragment, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { type RowWindow, rowStarts, rowWindow } from './row-window.ts'

/** Rows the server draws, before the browser knows what is in view. */
const firstRows = 40
/** Rows drawn beyond either edge; with these at most 60 stand in the document on a 1440 px high window. */
const over = 6
/** A list is asked for more when fewer rows than this are left below. */
const nearEnd = 10

/**
 * Rows of a long list, scrolled by the window; only those in view are in the document.
 * `heightOf` must equal the row's height in CSS, px, and keep its identity while the answer stays the same.
 * Rows are keyed by `keyOf`; new data never moves the scroll.
 */
export function VirtualRows<T>({
  rows,
  heightOf,
  keyOf,
  render,
  onEnd,
  reveal = null,
}: {
  rows: readonly T[]
  heightOf: (row: T) => number
  keyOf: (row: T) => string
  /** Returns one element with `role="row"` and `aria-rowindex` where that applies. */
  render: (row: T, index: number) => ReactNode
  /** Called when the last row comes near. */
  onEnd?: () => void
  /** Index to keep in view (keyboard selection). */
  reveal?: number | null
}) {
  const body = useRef<HTMLDivElement>(null)
  const starts = useMemo(() => rowStarts(rows.map(heightOf)), [rows, heightOf])
  const view = useWindow(body, starts)
  useReveal(body, starts, reveal)
  useEffect(() => {
    if (view.end > 0 && view.end >= rows.length - nearEnd) onEnd?.()
  }, [view.end, rows.length, onEnd])
  return (
    <div ref={body} role="presentation" className="[overflow-anchor:none]">
      <Spacer height={starts[view.first] ?? 0} />
      {rows.slice(view.first, view.end).map((row, place) => (
        <Fragment key={keyOf(row)}>{render(row, view.first + place)}</Fragment>
      ))}
      <Spacer height={(starts.at(-1) ?? 0) - (starts[view.end] ?? 0)} />
    </div>
  )
}

/** Height by CSSOM: a style attribute in server-rendered markup would break the CSP. */
function Spacer({ height }: { height: number }) {
  const element = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (element.current !== null) element.current.style.height = `${height}px`
  }, [height])
  return <div ref={element} role="presentation" />
}

/** Rows in view now; follows scroll, resize and the list's own place on the page. */
function useWindow(body: React.RefObject<HTMLDivElement | null>, starts: readonly number[]): RowWindow {
  const [view, setView] = useState<RowWindow>({ first: 0, end: firstRows })
  useLayoutEffect(() => {
    const look = () => {
      const top = -(body.current?.getBoundingClientRect().top ?? 0)
      const next = rowWindow(starts, top, top + window.innerHeight, over)
      setView((held) => (held.first === next.first && held.end === next.end ? held : next))
    }
    look()
    const watch = new ResizeObserver(look)
    watch.observe(document.body)
    window.addEventListener('scroll', look, { passive: true })
    window.addEventListener('resize', look, { passive: true })
    return () => {
      watch.disconnect()
      window.removeEventListener('scroll', look)
      window.removeEventListener('resize', look)
    }
  }, [body, starts])
  const count = starts.length - 1
  return { first: Math.min(view.first, count), end: Math.min(view.end, count) }
}

/** Height of what sticks to the top of the window above the rows, px. */
const stickyPx = 84

function useReveal(
  body: React.RefObject<HTMLDivElement | null>,
  starts: readonly number[],
  reveal: number | null,
) {
  const latest = useRef(starts)
  useEffect(() => {
    latest.current = starts
  })
  // Only a moved selection scrolls; new rows do not.
  useEffect(() => {
    const list = body.current
    if (reveal === null || reveal < 0 || list === null) return
    const edge = list.getBoundingClientRect().top
    const top = edge + (latest.current[reveal] ?? 0)
    const bottom = edge + (latest.current[reveal + 1] ?? 0)
    if (top < stickyPx) window.scrollBy({ top: top - stickyPx })
    else if (bottom > window.innerHeight - 16) window.scrollBy({ top: bottom - window.innerHeight + 72 })
  }, [body, reveal])
}
