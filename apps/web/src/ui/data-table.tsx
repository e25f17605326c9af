import type { ReactNode } from 'react'

/** A ruled table for short lists (at most a few dozen rows): hairlines, no boxes. Long lists use `VirtualRows`. */
export function DataTable({
  label,
  head,
  children,
}: {
  label: string
  head: ReactNode
  children: ReactNode
}) {
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={label}
      className="relative overflow-x-auto"
    >
      <table className="w-full border-collapse text-left">
        <thead className="text-small text-muted">
          <tr className="border-b">{head}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  )
}

export function HeadCell({ children, figure = false }: { children: ReactNode; figure?: boolean }) {
  return (
    <th
      scope="col"
      className={`h-7 px-2 font-normal whitespace-nowrap first:pl-4 ${figure ? 'text-right' : ''}`}
    >
      {children}
    </th>
  )
}

export function Row({ children }: { children: ReactNode }) {
  return <tr className="border-b last:border-b-0 hover:bg-hover">{children}</tr>
}

export function Cell({ children, figure = false }: { children: ReactNode; figure?: boolean }) {
  return (
    <td className={`h-8 px-2 py-1 align-baseline first:pl-4 ${figure ? 'figures text-right' : ''}`}>
      {children}
    </td>
  )
}
