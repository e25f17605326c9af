import type { ReactNode } from 'react'

/** One part of a page as a log keeps it: the label in the margin, left of the ruled line; the entry right of it. */
export function Section({
  label,
  aside,
  children,
}: {
  label: string
  /** Under the label, muted: a count, a link. */
  aside?: ReactNode
  children: ReactNode
}) {
  return (
    <section aria-label={label} className="ledger border-t">
      <div className="px-4 pt-2.5 pb-1 sm:pl-6 min-[60rem]:border-r-3 min-[60rem]:border-double min-[60rem]:border-r-rule-strong min-[60rem]:pb-3">
        <h2 className="font-semibold">{label}</h2>
        {aside !== undefined && <div className="text-small text-muted">{aside}</div>}
      </div>
      <div className="min-w-0 sm:px-2 min-[60rem]:px-0">{children}</div>
    </section>
  )
}
