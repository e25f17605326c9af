import {
  type Expr,
  type FieldTerm,
  numberFields,
  type Sort,
  type Span,
  sorts,
  type TextTerm,
  type Value,
  type WordField,
  wordFields,
} from './ast.ts'
import { fields } from './fields.ts'
import { nearest } from './nearest.ts'
import { QueryError, shown } from './query-error.ts'
import { readRange, timeWords } from './range.ts'
import {
  countTerm,
  type Item,
  leaveOut,
  limits,
  type RawTerm,
  type RawValue,
  type Scan,
  take,
} from './scan.ts'
import { splitWords } from './words.ts'

const upToColon = /[^\s"():]*/y
const bareText = /[^\s"()]*/y
const bareValue = /[^\s"(),]*/y

/** Every name that may stand before a colon. */
export const fieldNames: readonly string[] = [...wordFields, ...numberFields, ...timeWords, 'sort']

/** One term at the scan; null for `sort:`, which is no condition. */
export const readTerm = (scan: Scan, negated: boolean): Item | null => {
  const from = scan.at
  const name = take(scan, upToColon)
  if (scan.text.charAt(scan.at) !== ':') {
    scan.at = from
    const expr = readText(scan)
    return { span: expr.span, expr, negated: false, raw: null }
  }
  const fault = unknownField(name, from)
  // The first fault in reading order, unless the term is to be read to its end and left out.
  if (fault !== null && (scan.ignored === null || name === '')) throw fault
  const raw = readRaw(scan, name, from)
  if (name.toLowerCase() === 'sort') return readSort(scan, raw, negated)
  const expr = leaveOut(scan, raw.span, () => {
    if (fault !== null) throw fault
    return readField(scan, raw)
  })
  return { span: raw.span, expr, negated: false, raw }
}

/** A word or phrase, perhaps with a star behind it. */
const readText = (scan: Scan): TextTerm => {
  const from = scan.at
  const quoted = scan.text.charAt(from) === '"'
  const word = quoted ? readQuoted(scan) : take(scan, bareText)
  const star = quoted ? scan.text.startsWith('*', scan.at) : word.endsWith('*')
  if (quoted && star) scan.at += 1
  const text = star && !quoted ? word.slice(0, -1) : word
  const span = { from, to: scan.at }
  endTerm(scan)
  countTerm(scan, from)
  scan.texts += 1
  if (scan.texts > limits.texts)
    throw new QueryError('too_many_texts', span, `a query looks for at most ${limits.texts} texts`)
  if (splitWords(text).length === 0)
    throw new QueryError('no_text', span, 'there is no letter and no digit to look for')
  const inner = quoted ? -1 : text.indexOf('*')
  if (inner >= 0) throw innerStar({ from: from + inner, to: from + inner + 1 })
  return { kind: 'text', text, prefix: star, span }
}

const innerStar = (span: Span): QueryError =>
  new QueryError('unexpected', span, 'in free text a star can only end a word', 'Put the text in quotes.')

/** The text between quotes; `\"` and `\\` stand for the character, any other backslash for itself. */
const readQuoted = (scan: Scan): string => {
  const from = scan.at
  const inside = take(scan, /"(?:[^"\\]|\\[\s\S])*/y).slice(1)
  if (scan.text.charAt(scan.at) !== '"')
    throw new QueryError(
      'unclosed_quote',
      { from, to: from + 1 },
      'the quote that begins here is not closed',
      'Add a closing quote; a quote inside is written \\".',
    )
  scan.at += 1
  return inside.replace(/\\(["\\])/g, '$1')
}

/** Terms are parted by a space or a parenthesis: `"a"b` is more likely a slip than two terms. */
const endTerm = (scan: Scan): void => {
  const next = scan.text.charAt(scan.at)
  if (next === '' || /[\s()]/.test(next)) return
  const span = { from: scan.at, to: scan.at + 1 }
  throw new QueryError(
    'unexpected',
    span,
    `${shown(next)} cannot stand here`,
    'Put a space between two terms.',
  )
}

const readRaw = (scan: Scan, name: string, from: number): RawTerm => {
  const values: RawValue[] = []
  do {
    scan.at += 1
    values.push(readValue(scan, values.length === 0 ? from : scan.at - 1))
    if (name.toLowerCase() !== 'sort') countTerm(scan, values.at(-1)?.span.from ?? from)
  } while (scan.text.charAt(scan.at) === ',')
  endTerm(scan)
  return { name, values, span: { from, to: scan.at } }
}

/** `before` is where the sign of a missing value begins: the field's name, or the comma. */
const readValue = (scan: Scan, before: number): RawValue => {
  const from = scan.at
  const quoted = scan.text.charAt(from) === '"'
  const text = quoted ? readQuoted(scan) : take(scan, bareValue)
  const span = { from, to: scan.at }
  if (text !== '') return { text, quoted, span }
  const mend =
    scan.text.charAt(from) === '('
      ? 'Alternatives are written with commas: field:a,b.'
      : 'Write the value right behind; "none" finds entries without one.'
  throw new QueryError('empty_value', quoted ? span : { from: before, to: from }, 'a value is missing', mend)
}

const readSort = (scan: Scan, { values, span }: RawTerm, negated: boolean): null => {
  if (negated || scan.depth > 0)
    throw new QueryError('unexpected', span, 'sort stands by itself, outside of groups and without a sign')
  if (scan.sorts.length > 0) throw new QueryError('two_sorts', span, 'a query is sorted once', 'Remove one.')
  scan.sorts.push(span)
  const value = onlyValue(values)
  if (value !== undefined) scan.sort = leaveOut(scan, span, () => sortOf(value))
  return null
}

const sortOf = ({ text, span }: RawValue): Sort => {
  const sort = sorts.find((one) => one === text.toLowerCase())
  if (sort !== undefined) return sort
  throw new QueryError(
    'unknown_value',
    span,
    `there is no sort ${shown(text)}`,
    `One of ${sorts.join(', ')}.`,
  )
}

const onlyValue = ([first, second]: readonly RawValue[]): RawValue | undefined => {
  if (second === undefined) return first
  throw new QueryError('unexpected', second.span, 'only one value can stand here')
}

const readField = (scan: Scan, raw: RawTerm): Expr | null => {
  const name = raw.name.toLowerCase()
  const word = wordFields.find((field) => field === name)
  if (word !== undefined) return readWords(scan, word, raw)
  const number = numberFields.find((field) => field === name)
  if (number === undefined) onlyValue(raw.values)
  const of = raw.values.flatMap(
    (value) => leaveOut(scan, value.span, () => readRange(scan, name, value)) ?? [],
  )
  const [only = null] = of
  if (of.length > 1) return { kind: 'or', of, span: raw.span }
  return only && { ...only, span: raw.span }
}

const unknownField = (name: string, from: number): QueryError | null => {
  if (fieldNames.includes(name.toLowerCase())) return null
  const span = { from, to: from + Math.max(1, name.length) }
  if (name === '')
    return new QueryError('unexpected', span, 'the name of a field is missing before the colon')
  const near = nearest(name, fieldNames)
  const meant = near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : ''
  const mend = `${meant}To look for it as text, put it in quotes.`
  return new QueryError('unknown_field', span, `there is no field ${shown(name)}`, mend)
}

const readWords = (scan: Scan, field: WordField, raw: RawTerm): FieldTerm | null => {
  const values = raw.values.flatMap((value) => leaveOut(scan, value.span, () => wordOf(field, value)) ?? [])
  return values.length > 0 ? { kind: 'field', field, values, span: raw.span } : null
}

const wordOf = (field: WordField, { text, quoted, span }: RawValue): Value => {
  const stars = quoted ? 0 : text.split('*').length - 1
  if (stars > limits.stars)
    throw new QueryError('too_many_stars', span, `a value has at most ${limits.stars} stars`)
  const none = !quoted && text.toLowerCase() === 'none'
  const closed = fields[field].values
  if (stars === 0 && !none && closed?.includes(text.toLowerCase()) === false)
    throw unknownValue(field, text, span, closed)
  return { text: none ? '' : text, wild: stars > 0, none, span }
}

const unknownValue = (field: WordField, text: string, span: Span, all: readonly string[]): QueryError => {
  const near = nearest(text, all)
  const mend =
    near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `One of ${all.slice(0, 8).join(', ')}.`
  return new QueryError('unknown_value', span, `${field} is never ${shown(text)}`, mend)
}
