import {
  type AuditQuery,
  type Expr,
  formatQuery,
  type QueryField,
  readLenient,
  toggleTerm,
  topTerms,
  tryQuery,
  withoutTerm,
  withTerm,
  withTime,
} from '@watchbill/contract/audit-query'

/** Values of a field that a query asks for, and those it keeps out; null is `none`. Letters in lower case. */
export interface Choice {
  readonly asked: ReadonlySet<string | null>
  readonly kept: ReadonlySet<string | null>
}

const nothing: Choice = { asked: new Set(), kept: new Set() }

/** What a query says of each field outside of groups: what facets show as chosen. */
export function choicesOf(text: string, now: number): ReadonlyMap<QueryField, Choice> {
  const found = new Map<QueryField, { asked: Set<string | null>; kept: Set<string | null> }>()
  for (const term of topsOf(queryOf(text, now))) {
    const field = term.kind === 'not' ? term.of : term
    if (field.kind !== 'field') continue
    const held = found.get(field.field) ?? { asked: new Set(), kept: new Set() }
    for (const value of field.values)
      if (!value.wild)
        held[term.kind === 'not' ? 'kept' : 'asked'].add(value.none ? null : value.text.toLowerCase())
    found.set(field.field, held)
  }
  return found
}

export const choiceOf = (choices: ReadonlyMap<QueryField, Choice>, field: QueryField): Choice =>
  choices.get(field) ?? nothing

const queryOf = (text: string, now: number): AuditQuery | null => {
  const read = tryQuery(text, now)
  return 'query' in read ? read.query : null
}

const topsOf = (query: AuditQuery | null): readonly Expr[] => {
  const where = query?.where ?? null
  if (where === null) return []
  return where.kind === 'and' ? where.of : [where]
}

/** Keeps entries with this value out, or no longer does. */
export function toggleNot(text: string, field: QueryField, value: string | null, now: number): string {
  const { asked, kept } = choiceOf(choicesOf(text, now), field)
  const key = value?.toLowerCase() ?? null
  // Asking for what is kept out takes that away; asking again takes the asking away.
  if (kept.has(key)) return toggleTerm(withTerm(text, field, value), field, value)
  const base = asked.has(key) ? toggleTerm(text, field, value) : text
  const term = withTerm('', field, value)
  const added = withTerm(base, field, value)
  // It stands alone at the end, what OR joins in a group before it; or it went to the alternatives of the field.
  if (added === term || added.endsWith(` ${term}`)) return `${added.slice(0, -term.length)}-${term}`
  return `${base.trimEnd()} -${term}`
}

/** Asks for this value of the field and for no other one: a step further in, not a wider choice. */
export function onlyTerm(text: string, field: QueryField, value: string, now: number): string {
  const { asked } = choiceOf(choicesOf(text, now), field)
  const others = [...asked].filter((one) => one !== value.toLowerCase())
  return withTerm(
    others.reduce<string>((held, other) => toggleTerm(held, field, other), text),
    field,
    value,
  )
}

/** Lengths of time up to now that one click asks for. */
export const presets = ['1h', '24h', '7d', '30d'] as const
export type Preset = (typeof presets)[number]

/** `last:24h` in place of every time asked for; null asks for all time. */
export function withLast(text: string, preset: Preset | null): string {
  const all = withTime(text, null, null)
  if (preset === null) return all
  return all.trim() === '' ? `last:${preset}` : `${all.trimEnd()} last:${preset}`
}

/** What a query says of time outside of groups, for the fields that show it. */
export interface AskedTime {
  readonly preset: Preset | null
  /** At least, ms; null is open. */
  readonly min: number | null
  /** Below, ms; null is open. */
  readonly max: number | null
}

export function timeAsked(text: string, now: number): AskedTime {
  const bounds = topsOf(queryOf(text, now)).filter((term) => term.kind === 'range' && term.field === 'time')
  const of = (end: 'min' | 'max') =>
    bounds.flatMap((term) => (term.kind === 'range' ? (term[end] ?? []) : []))
  const [mins, maxes] = [of('min'), of('max')]
  const labels = topTerms(text, now).flatMap(({ label, negated }) => (negated ? [] : label.toLowerCase()))
  const preset = bounds.length === 1 ? presets.find((one) => labels.includes(`last:${one}`)) : undefined
  return {
    preset: preset ?? null,
    min: mins.length === 0 ? null : Math.max(...mins),
    max: maxes.length === 0 ? null : Math.min(...maxes),
  }
}

/**
 * A query kept by an older or newer version, without the terms that this one does not know. As it was written where that can
 * be done; else as the grammar writes it.
 */
export function knownPart(text: string, now: number): string {
  const { query, ignored } = readLenient(text, now)
  if (ignored.length === 0) return text
  const rest = [...ignored].reduceRight((held, { span }) => withoutTerm(held, span), text)
  const mended = tryQuery(rest, now)
  return 'query' in mended && same(mended.query, query) ? rest : formatQuery(query)
}

/** Whether they ask the same; places in the text do not count. */
const same = (one: AuditQuery, other: AuditQuery): boolean => bare(one) === bare(other)

const bare = (query: AuditQuery): string =>
  JSON.stringify(query, (key, value: unknown) => (key === 'span' ? undefined : value))
