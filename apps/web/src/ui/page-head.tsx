import type { ReactNode } from 'react'

/** A page's first lines: a small title, then the sentence that answers the question the page was opened with. */
export function PageHead({
  title,
  lead,
  children,
}: {
  title?: ReactNode
  lead: ReactNode
  children?: ReactNode
}) {
  return (
    <header className="px-4 pt-5 pb-4 sm:px-6">
      {title !== undefined && <p className="mb-1 text-muted">{title}</p>}
      <h1 className="max-w-[48ch] text-lead font-semibold tracking-[-0.015em] text-balance">{lead}</h1>
      {children}
    </header>
  )
}
