import { type Completion, completeQuery, type QueryField } from '@watchbill/contract/audit-query'
import type { Facet } from '@watchbill/contract/audit-search'
import type { AgentNames } from './entry-words.tsx'

export type Known = Readonly<Partial<Record<QueryField, readonly string[]>>>

/**
 * Values of open fields, for completion: what stands in the answer first, then every agent and machine by name. Closed lists
 * the grammar knows better.
 */
export function knownValues(facets: readonly Facet[], agents: AgentNames): Known {
  const counted = (field: QueryField) =>
    facets
      .filter((facet) => facet.field === field)
      .flatMap(({ values }) => values.flatMap(({ value, label }) => label ?? value ?? []))
  const all = Object.values(agents)
  return {
    tool: counted('tool'),
    agent: [...new Set([...counted('agent'), ...all.map(({ name }) => name)])],
    machine: [...new Set([...counted('machine'), ...all.map(({ machine }) => machine)])],
  }
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
