import type { QueryField, Sort, Span } from './ast.ts'
import { formatWord } from './format.ts'
import { readQuery } from './parse.ts'
import { QueryError } from './query-error.ts'
import { createScan, type Item, type RawValue, type Scan } from './scan.ts'

// Changes a click makes to a query somebody typed. The rest of the text stays as it was written, and nothing here throws
// for what was typed: a broken query gets the new term behind it, for the parser to say where it is broken.

/** A term or group outside of parentheses, for a chip. */
export interface TopTerm {
  readonly span: Span
  /** As written, without its sign. */
  readonly label: string
  readonly negated: boolean
  readonly text: string
}

/** What stands side by side in the query; one where `OR` joins it, none where it is broken. */
export const topTerms = (text: string, now: number): readonly TopTerm[] =>
  readTops(text, now).tops.map(({ span, negated }) => {
    const own = text.slice(span.from, span.to)
    return { span, negated, text: own, label: negated ? own.replace(/^(?:-|NOT)\s*/, '') : own }
  })

/** Without the term at this place (`topTerms`), and without the `AND` that tied it. */
export const withoutTerm = (text: string, span: Span): string => {
  const before = text.slice(0, span.from).trimEnd()
  const after = text.slice(span.to).trimStart()
  const tied = /(?:^|[\s()])AND$/.test(before)
  const left = tied ? before.slice(0, -'AND'.length).trimEnd() : before
  const right = tied ? after : after.replace(/^AND(?![^\s"()])\s*/, '')
  return left === '' || right === '' ? left + right : `${left} ${right}`
}

/** `field:value` added, to the alternatives of that field where some are asked for. A null value is `none`. */
export const withTerm = (text: string, field: QueryField, value: string | null): string => {
  const open = grouped(withoutValue(text, field, value, true))
  const word = value === null ? 'none' : formatWord(value)
  const holder = readTops(open).tops.find((item) => isAbout(item, field) && !item.negated)
  if (holder === undefined) return append(open, `${field}:${word}`)
  if (holder.raw?.values.some((one) => isValue(one, value))) return open
  return `${open.slice(0, holder.span.to)},${word}${open.slice(holder.span.to)}`
}

/** Takes the value away where it is asked for, else adds it. */
export const toggleTerm = (text: string, field: QueryField, value: string | null): string => {
  const without = withoutValue(text, field, value, false)
  return without === text ? withTerm(text, field, value) : without
}

const timeNames = ['time', 'after', 'before', 'last']

/** At least `min`, below `max` (ms; null is open) in place of every time asked for; times kept out stay out. */
export const withTime = (text: string, min: number | null, max: number | null): string => {
  const open = grouped(text)
  const times = readTops(open).tops.filter(
    ({ raw, negated }) => raw !== null && !negated && timeNames.includes(raw.name),
  )
  const rest = withoutAll(open, times)
  const after = min === null ? rest : append(rest, `after:${new Date(min).toISOString()}`)
  return max === null ? after : append(after, `before:${new Date(max).toISOString()}`)
}

/** `newest` is what a query without `sort:` means. */
export const withSort = (text: string, sort: Sort): string => {
  const rest = withoutAll(
    text,
    readTops(text).sorts.map((span) => ({ span })),
  )
  return sort === 'newest' ? rest : append(rest, `sort:${sort}`)
}

/** Where things stand, whatever they name. A broken text has no tops. */
const readTops = (text: string, now = 0): Scan => {
  const scan = createScan(text, now, [])
  try {
    readQuery(scan)
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    scan.tops = []
    scan.either = false
  }
  return scan
}

const append = (text: string, term: string): string =>
  text.trim() === '' ? term : `${text.trimEnd()} ${term}`

const withoutAll = (text: string, items: readonly { readonly span: Span }[]): string =>
  items.reduceRight((rest, { span }) => withoutTerm(rest, span), text)

/** `a OR b` in parentheses, so that a term behind it binds to both; sorting stays outside. */
const grouped = (text: string): string => {
  const { either, sorts } = readTops(text)
  if (!either) return text
  const rest = withoutAll(
    text,
    sorts.map((span) => ({ span })),
  )
  return [`(${rest})`, ...sorts.map(({ from, to }) => text.slice(from, to))].join(' ')
}

const isAbout = ({ raw }: Item, field: QueryField): boolean => raw?.name === field

/** A wildcard is not the value it is written with. */
const isValue = ({ text, quoted }: RawValue, value: string | null): boolean => {
  const none = !quoted && text.toLowerCase() === 'none'
  if (value === null || none) return none && value === null
  return (quoted || !text.includes('*')) && text.toLowerCase() === value.toLowerCase()
}

/** Without this value of the field wherever it is asked for, or wherever it is kept out. */
const withoutValue = (text: string, field: QueryField, value: string | null, negated: boolean): string => {
  for (const item of readTops(text).tops) {
    const values = item.raw?.values ?? []
    const at = values.findIndex((one) => isValue(one, value))
    if (at < 0 || !isAbout(item, field) || item.negated !== negated) continue
    return withoutValue(withoutOne(text, item.span, values, at), field, value, negated)
  }
  return text
}

const withoutOne = (text: string, term: Span, values: readonly RawValue[], at: number): string => {
  const [own, before, after] = [values[at], values[at - 1], values[at + 1]]
  if (own === undefined || (before === undefined && after === undefined)) return withoutTerm(text, term)
  const from = before === undefined ? own.span.from : before.span.to
  const to = before === undefined && after !== undefined ? after.span.from : own.span.to
  return text.slice(0, from) + text.slice(to)
}
