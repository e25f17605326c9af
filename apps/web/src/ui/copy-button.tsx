'use client'

import { useState } from 'react'

/** Copies `text` and says so for two seconds. `label` names what is copied, for screen readers. */
export function CopyButton({
  text,
  label,
  children = 'Copy',
}: {
  text: string
  label: string
  children?: string
}) {
  const [said, setSaid] = useState<string | null>(null)
  async function copy() {
    try {
      await navigator.clipboard.writeText(text)
      setSaid('Copied')
    } catch {
      setSaid('Not allowed')
    }
    setTimeout(() => setSaid(null), 2000)
  }
  return (
    <button
      type="button"
      onClick={copy}
      aria-label={`${children} ${label}`}
      className="print-hide min-h-6 rounded border border-rule-strong px-1.5 text-small whitespace-nowrap hover:bg-hover"
    >
      <span aria-live="polite">{said ?? children}</span>
    </button>
  )
}
