import { formatCompact, formatCost, formatCount } from '../lib/figures.ts'

/** A number in tabular figures; null is "–", never 0. `title` defaults to the exact number. `cost` takes micro-USD. */
export function Quantity({
  value,
  kind = 'count',
  title,
}: {
  value: number | null
  kind?: 'count' | 'compact' | 'cost'
  title?: string
}) {
  if (value === null) {
    return (
      <span className="text-muted" title={title ?? 'unknown'}>
        –
      </span>
    )
  }
  const text =
    kind === 'cost' ? formatCost(value) : kind === 'compact' ? formatCompact(value) : formatCount(value)
  const exact = kind === 'cost' ? `$${(value / 1e6).toFixed(6)}` : formatCount(value)
  return (
    <span className="figures whitespace-nowrap" title={title ?? exact}>
      {text}
    </span>
  )
}
