'use client'

import { useState } from 'react'
import { revealText } from '../lib/reveal.ts'

/** Text an agent sent: text nodes only, invisible characters shown, long values cut with "show all". Null is "–". */
export function UntrustedText({
  text,
  max = 200,
  code = false,
  still = false,
}: {
  text: string | null
  /** Characters shown before "show all". */
  max?: number
  code?: boolean
  /** Inside something that is pressed itself: a long value ends in "…", with nothing to press in it. */
  still?: boolean
}) {
  const [whole, setWhole] = useState(false)
  if (text === null) return <span className="text-muted">–</span>
  const cut = !whole && text.length > max
  const runs = revealText(cut ? text.slice(0, max) : text)
  const Tag = code ? 'code' : 'bdi'
  return (
    <>
      <Tag dir={code ? 'ltr' : undefined}>
        {runs.map((run, index) =>
          run.hidden ? (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: the runs of one text never move
              key={index}
              className="mx-px rounded border border-failed px-0.5 font-mono text-[0.85em] text-failed"
              title="A character that would not be visible"
            >
              {run.text}
            </span>
          ) : (
            run.text
          ),
        )}
      </Tag>
      {cut && still && '…'}
      {cut && !still && (
        <button type="button" className="ml-1 text-working underline" onClick={() => setWhole(true)}>
          … show all {text.length} characters
        </button>
      )}
    </>
  )
}
