import type { QueryField } from '@watchbill/contract/audit-query'
import type { Facet } from '@watchbill/contract/audit-search'
import { type Choice, choiceOf } from './query-edit.ts'

export interface FacetRow {
  readonly value: string | null
  /** As the query writes it where it does, else the value: what a click takes away or adds. */
  readonly word: string | null
  /** What is shown; null for entries that have none. */
  readonly label: string | null
  /** Null where the answer does not say. */
  readonly count: number | null
  readonly mark: 'asked' | 'kept' | null
}

/** What was counted, and what the query asks for or keeps out though it was not counted: every choice has a way back. */
export function facetRows(
  { field, values }: Facet,
  choices: ReadonlyMap<QueryField, Choice>,
  names: ReadonlyMap<string, string>,
): readonly FacetRow[] {
  const { asked, kept } = choiceOf(choices, field)
  const rows = values.map(({ value, label, count }): FacetRow => {
    const asks = wordIn(asked, value, label)
    const word = asks === undefined ? wordIn(kept, value, label) : asks
    const mark = asks !== undefined ? 'asked' : word !== undefined ? 'kept' : null
    return { value, word: word === undefined ? value : word, label: label ?? value, count, mark }
  })
  const counted = new Set(
    values.flatMap(({ value, label }) => [
      value?.toLowerCase() ?? null,
      ...(label === null ? [] : [label.toLowerCase()]),
    ]),
  )
  const uncounted = (of: ReadonlySet<string | null>, mark: 'asked' | 'kept') =>
    [...of]
      .filter((value) => !counted.has(value))
      .map((value): FacetRow => {
        const label = value === null ? null : (names.get(value) ?? value)
        return { value, word: value, label, count: null, mark }
      })
  return [...uncounted(asked, 'asked'), ...uncounted(kept, 'kept'), ...rows]
}

/** How a query asks for this value: by itself, or an agent and a machine by name; undefined where it does not. */
function wordIn(
  words: ReadonlySet<string | null>,
  value: string | null,
  label: string | null,
): string | null | undefined {
  if (words.has(value?.toLowerCase() ?? null)) return value
  return label !== null && words.has(label.toLowerCase()) ? label : undefined
}
