import type { Total } from '@watchbill/contract/audit'
import type { Expr } from '@watchbill/contract/audit-query'
import { type Facet, type FacetField, facetFields } from '@watchbill/contract/audit-search'
import { askIndex, type SearchDeps } from './ask.ts'
import { keepBoth, type Mask, maskOf, termsOf } from './mask.ts'
import { readDirectory, readQuestion } from './question.ts'
import { countOf, type Found, scanRuns } from './scan.ts'

/** Values of one field that are counted by name; the rest is a number. */
const mostValues = 50

interface Counted {
  readonly facets: Facet[]
  readonly total: Total
  readonly indexed: number
  readonly size: number
}

type Counts = Map<string | null, number>

/** How many entries answer, by field. Throws Fault `invalid_request`, `too_costly`. */
export const countFacets = async (
  deps: SearchDeps,
  workspace: string,
  q: string | undefined,
  now: number,
): Promise<Counted> => {
  const { where } = await readQuestion(deps, workspace, q, now)
  const asked = await askIndex(deps, workspace, { where })
  const terms = termsOf(where)
  const counts = new Map<FacetField, Counts>(facetFields.map((field) => [field, new Map()]))
  // What the query says of a field does not narrow that field's own choices, so the terms are searched apart.
  const free = terms.filter((term) => facetFields.some((field) => isOnly(term, field)))
  const common = joinTerms(terms.filter((term) => !free.includes(term)))
  let total = 0
  for await (const found of scanRuns({ ...asked, where: common, fields: [...facetFields] })) {
    const masks = free.map((term) => ({ term, mask: maskOf(term, found.run, found.textMask) }))
    const mask = keepAll(found, masks)
    total += countOf(mask)
    for (const field of facetFields) {
      const others = masks.filter(({ term }) => !isOnly(term, field))
      const own = others.length < masks.length ? keepAll(found, others) : mask
      count(counts.get(field) ?? new Map(), found, field, own)
    }
  }
  const names = await namesOf(deps, workspace)
  const facets = facetFields.map((field) => toFacet(field, counts.get(field) ?? new Map(), names))
  return { facets, total: { count: total, exact: true }, indexed: asked.below, size: asked.size }
}

const joinTerms = (terms: readonly Expr[]): Expr | null => {
  const [first] = terms
  if (first === undefined) return null
  return terms.length === 1 ? first : { kind: 'and', of: terms, span: first.span }
}

/** `tool:Read`, `-tool:Read`: a term about one field and nothing else. */
const isOnly = (term: Expr, field: FacetField): boolean =>
  term.kind === 'not' ? isOnly(term.of, field) : term.kind === 'field' && term.field === field

const keepAll = (found: Found, masks: readonly { mask: Mask }[]): Mask =>
  masks.reduce<Mask>((kept, { mask }) => keepBoth(kept, mask), found.mask.slice())

const count = (counts: Counts, { run }: Found, field: FacetField, mask: Uint8Array): void => {
  const { values, codes } = run.words(field)
  const tally = new Uint32Array(values.length + 1)
  for (let at = 0; at < mask.length; at += 1) {
    const code = codes[at] ?? 0
    tally[code] = (tally[code] ?? 0) + (mask[at] ?? 0)
  }
  for (const [code, more] of tally.entries()) {
    if (more === 0) continue
    const value = values[code - 1] ?? null
    counts.set(value, (counts.get(value) ?? 0) + more)
  }
}

const toFacet = (field: FacetField, counts: Counts, names: ReadonlyMap<string, string>): Facet => {
  const all = [...counts].sort(([, left], [, right]) => right - left)
  const values = all.slice(0, mostValues).map(([value, found]) => ({
    value,
    label: value === null ? null : (names.get(value) ?? null),
    count: found,
  }))
  return { field, values, more: all.length - values.length }
}

const namesOf = async ({ dbFor }: SearchDeps, workspace: string): Promise<ReadonlyMap<string, string>> => {
  const { agents, machines } = await readDirectory(dbFor(workspace), workspace)
  return new Map([...agents, ...machines].map(({ id, name }) => [id, name]))
}
