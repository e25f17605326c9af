import type { Expr, NumberField, RangeTerm, Span } from './ast.ts'
import { dayMs, readDuration, readInstant } from './instant.ts'
import { QueryError, shown } from './query-error.ts'
import type { RawValue, Scan } from './scan.ts'

/** Other ways to ask for a time, and what they mean to it. */
const timeSigns: Readonly<Record<string, string>> = { after: '>=', before: '<', last: '>=-' }
export const timeWords = Object.keys(timeSigns)

/** From the first that is meant to the first that is no more: a date is a day, any other value is one. */
type Interval = readonly [from: number, to: number]

/** What a four-digit year can write, so that a query can always be written again. */
const earliest = Date.parse('0000-01-01T00:00:00.000Z')
const latest = Date.parse('9999-12-31T23:59:59.999Z')

/** One value of `seq`, `time`, `duration`, `after`, `before` or `last`; `*` is any number, `none` the lack of one. */
export const readRange = (scan: Scan, name: string, { quoted, span }: RawValue): Expr => {
  const { from, to } = quoted ? { from: span.from + 1, to: span.to - 1 } : span
  const text = scan.text.slice(from, to)
  const field: NumberField = name === 'seq' || name === 'duration' ? name : 'time'
  const term = (min: number | null, max: number | null): RangeTerm =>
    checked({ kind: 'range', field, min, max, span })
  const read = (start: number, end = to) => readInterval(scan, field, { from: start, to: end })
  const own = timeSigns[name]
  if (own === '>=-') return term(scan.now - lengthOf(text, { from, to }), null)
  if (own === undefined && text === '*') return term(null, null)
  if (own === undefined && text.toLowerCase() === 'none') return { kind: 'not', of: term(null, null), span }
  const [typed = ''] = own === undefined ? (/^[<>]=?/.exec(text) ?? []) : []
  const sign = own ?? typed
  if (sign !== '') {
    const [first, after] = read(from + typed.length)
    const bound = sign === '>' || sign === '<=' ? after : first
    return sign.startsWith('>') ? term(bound, null) : term(null, bound)
  }
  const dots = text.indexOf('..')
  if (dots < 0 || text === '..') return term(...read(from))
  const [until, rest] = [from + dots, from + dots + 2]
  return term(until === from ? null : read(from, until)[0], rest === to ? null : read(rest)[1])
}

const checked = (term: RangeTerm): RangeTerm => {
  const { field, min, max, span } = term
  const bounds = [min, max].filter((bound) => bound !== null)
  if (field === 'time' && bounds.some((bound) => !(bound >= earliest && bound <= latest)))
    throw new QueryError('bad_time', span, 'the time is outside of the years 0000 to 9999')
  if (bounds.some((bound) => !Number.isSafeInteger(bound)))
    throw new QueryError('bad_number', span, 'the number is too large')
  if (max !== null && max <= (min ?? (field === 'time' ? earliest : 0)))
    throw new QueryError('range_is_empty', span, 'nothing lies in this range', 'Write the lower end first.')
  return term
}

const readInterval = (scan: Scan, field: NumberField, place: Span): Interval => {
  const text = scan.text.slice(place.from, place.to)
  // Where nothing stands, the sign or colon before it is what can be pointed at.
  const span = text === '' ? { from: place.from - 1, to: place.to } : place
  if (field === 'time') return readTime(text, scan.now, span)
  const value = field === 'seq' ? readWhole(text) : readDuration(text)
  if (value !== null) return [value, value + 1]
  const [what, mend] =
    field === 'seq'
      ? ['whole number', 'Such as seq:100, seq:100..200, seq:>=100.']
      : ['duration', 'Such as duration:>5s; units are ms, s, m, h, d.']
  throw new QueryError('bad_number', span, `${shown(text)} is no ${what}`, mend)
}

const readWhole = (text: string): number | null => (/^\d{1,16}$/.test(text) ? Number(text) : null)

const readTime = (text: string, now: number, span: Span): Interval => {
  const instant = readInstant(text)
  if (instant !== null) return [instant, instant + (text.length === 'YYYY-MM-DD'.length ? dayMs : 1)]
  const at = text.startsWith('-') ? now - lengthOf(text.slice(1), span) : Number.NaN
  if (Number.isNaN(at)) throw badTime(text, span)
  return [at, at + 1]
}

/** A length of time with its unit: a bare number here would more likely be a slip than milliseconds. */
const lengthOf = (text: string, span: Span): number => {
  const length = /[a-z]$/i.test(text) ? readDuration(text) : null
  if (length === null) throw badTime(text, span)
  return length
}

const badTime = (text: string, span: Span): QueryError => {
  const mend = 'Such as 2026-11-01, 2026-11-01T09:30:00Z or -24h; last takes a length such as 24h.'
  return new QueryError('bad_time', span, `${shown(text)} is no time`, mend)
}
