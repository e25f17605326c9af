import type { ReactNode } from 'react'

/** One part of the dialog, ruled like a page of the log: label in the margin, entry right of it. */
export function SharePart({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <div className="ledger border-t">
      <div className="px-4 pt-2.5 text-muted min-[60rem]:pb-2.5">{label}</div>
      <div className="min-w-0 px-4 pt-1 pb-2.5 min-[60rem]:pt-2.5 min-[60rem]:pl-0">{children}</div>
    </div>
  )
}

export const shareField = 'h-7 rounded border border-rule-strong bg-panel px-2'

/** 24 px high at least, so that a finger meets it; the box stands beside the first line of its words. */
export const shareChoice = 'flex items-start gap-2 py-[3px] [&>input]:mt-[2.5px]'
