'use client'

import Link from 'next/link'
import { useState } from 'react'
import { useNow } from '../../lib/clock.ts'
import { useLog } from '../../lib/evidence/use-log.ts'
import { useLinks } from '../../lib/links.ts'
import { sealWords } from './seal-words.ts'

/** "48,211 proven, 2 s ago": how much of the log this browser checked, and when. A click checks again. */
export function Seal() {
  const view = useLog()
  const now = useNow()
  const links = useLinks()
  const [busy, setBusy] = useState(false)
  const { glyph, short, rest, colour, hint } = sealWords(view, now)
  const words = (
    <>
      <span aria-hidden="true">{glyph}</span> {short}
      <span className="max-lg:sr-only">{rest}</span>
    </>
  )
  const shape = `figures flex h-7 items-center gap-1 rounded px-2 whitespace-nowrap hover:bg-hover ${colour}`
  if (view.kind === 'contradicted')
    return (
      <Link href={links.audit()} className={`${shape} bg-failed/10 font-semibold no-underline`} title={hint}>
        <span aria-hidden="true">{glyph}</span>
        {/* A phone has no room for the word; the alarm right below says it. */}
        <span className="max-sm:sr-only">{short}</span>
      </Link>
    )
  const verify = async () => {
    setBusy(true)
    await view.watch.check()
    setBusy(false)
  }
  return (
    <button
      type="button"
      title={hint}
      aria-busy={busy}
      disabled={busy}
      onClick={() => void verify()}
      className={shape}
      data-seal={view.kind}
    >
      {words}
    </button>
  )
}
