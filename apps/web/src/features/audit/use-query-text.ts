'use client'

import { useQueryStates } from 'nuqs'
import { use, useMemo, useState } from 'react'
import { ClockContext } from '../../lib/clock.ts'
import { serverNow } from '../../lib/server-clock.ts'
import { auditParsers, queryOf } from './filters.ts'
import { problemOf, type QueryProblem } from './query-problem.ts'

/** The one query of the page: what stands in the bar, and what was applied (and stands in the URL). */
export interface QueryText {
  /** What was applied; null is the log itself. */
  readonly q: string | null
  /** What stands in the bar; chips and clicks are about this very text. */
  readonly text: string
  readonly type: (text: string) => void
  /** Asks it, unless it cannot be read; then `problem` says why. */
  readonly apply: (text: string) => boolean
  /** A click changes the text and applies it at once. */
  readonly edit: (change: (text: string) => string) => void
  /** Why what was applied, or tried last, cannot be read. */
  readonly problem: QueryProblem | null
  /** What was applied cannot be read: it came with the address. */
  readonly broken: boolean
  /** Moment relative times are shown by, ms; it stands still, so that both first drawings agree. */
  readonly now: number
}

export function useQueryText(): QueryText {
  const { now } = use(ClockContext)
  const [url, setUrl] = useQueryStates(auditParsers)
  const q = queryOf(url.q)
  const [text, setText] = useState(q ?? '')
  const [sent, setSent] = useState(q)
  const [tried, setTried] = useState<QueryProblem | null>(null)
  // Changed by somebody else (a link, the back button): the bar shows that.
  if (q !== sent) {
    setSent(q)
    setText(q ?? '')
    setTried(null)
  }
  const problem = useMemo(() => (q === null ? null : problemOf(q, now)), [q, now])
  const type = (next: string) => {
    setText(next)
    setTried(null)
  }
  const apply = (next: string): boolean => {
    setText(next)
    const wrong = problemOf(next, serverNow())
    setTried(wrong)
    if (wrong !== null) return false
    const wanted = queryOf(next)
    // Each question is a step of its own: the back button leads to the one before.
    if (wanted !== q) void setUrl({ q: wanted, at: null }, { history: 'push' })
    return true
  }
  const edit = (change: (text: string) => string) => {
    const base = problemOf(text, serverNow()) === null ? text : (q ?? '')
    apply(change(base).trim())
  }
  return { q, text, type, apply, edit, problem: tried ?? problem, broken: problem !== null, now }
}
