import type { auditSearch, Facet } from '@watchbill/contract/audit-search'
import type { Reply } from '@watchbill/contract/endpoint'
import { printable } from './printable.ts'

type Counts = Reply<typeof auditSearch.getFacets>

/** How many entries answer, and by what. */
export const formatCounts = ({ total, facets, indexed, size }: Counts): string =>
  [
    `${countText(total.count)} ${total.count === 1 ? 'entry answers' : 'entries answer'}${total.exact ? '' : ', about'}`,
    ...(indexed < size ? [`(${countText(size - indexed)} newer ones are not searched yet)`] : []),
    ...facets.flatMap(facetLines),
  ].join('\n')

const countText = (count: number): string => count.toLocaleString('en')

const facetLines = ({ field, values, more }: Facet): string[] => {
  if (values.length === 0) return []
  const widest = Math.max(...values.map(({ count }) => countText(count).length))
  return [
    '',
    `${field}:`,
    ...values.map(({ value, label, count }) => {
      const name = printable(label ?? value ?? 'none')
      const written = label === null || value === null || label === value ? '' : `  ${printable(value)}`
      return `  ${countText(count).padStart(widest)}  ${name}${written}`
    }),
    ...(more > 0 ? [`  and ${countText(more)} more`] : []),
  ]
}
