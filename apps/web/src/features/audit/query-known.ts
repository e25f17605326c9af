import { type Completion, completeQuery, type QueryField } from '@watchbill/contract/audit-query'
import type { Facet } from '@watchbill/contract/audit-search'

export type Known = Readonly<Partial<Record<QueryField, readonly string[]>>>

/** Values that stand in the log, for completion; agents and machines by name. Closed lists the grammar knows better. */
export function knownValues(facets: readonly Facet[]): Known {
  const open = facets.filter(({ field }) => field === 'tool' || field === 'agent' || field === 'machine')
  return Object.fromEntries(
    open.map(({ field, values }) => [
      field,
      [...new Set(values.flatMap(({ value, label }) => label ?? value ?? []))],
    ]),
  )
}

/** What to suggest at the caret: nothing where nothing was begun, nor what stands there already. */
export function suggest(text: string, caret: number, known: Known): Completion {
  const found = completeQuery(text, caret, known)
  const typed = text.slice(found.from, found.to)
  if (typed === '' && text.charAt(found.from - 1) !== ':' && text.charAt(found.from - 1) !== ',')
    return { ...found, options: [] }
  const options = found.options.filter(({ insert }) => insert.toLowerCase() !== typed.toLowerCase())
  return { ...found, options }
}

/** The text with an option in its place, and where the caret goes. */
export function accept(
  text: string,
  { from, to }: Pick<Completion, 'from' | 'to'>,
  insert: string,
): { readonly text: string; readonly caret: number } {
  return { text: text.slice(0, from) + insert + text.slice(to), caret: from + insert.length }
}
