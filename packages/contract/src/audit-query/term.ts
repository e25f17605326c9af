import { type Expr, numberFields, type Sort, sorts, wordFields } from './ast.ts'
import { readText } from './free-text.ts'
import { nearest } from './nearest.ts'
import { QueryError, shown } from './query-error.ts'
import { readRange, timeWords } from './range.ts'
import { countTerm, type Item, leaveOut, type RawTerm, type RawValue, type Scan, take } from './scan.ts'
import { endTerm, onlyValue, readValue } from './token.ts'
import { readWords } from './word-term.ts'

const upToColon = /[^\s"():]*/y

/** One term at the scan; null for `sort:`, which is no condition. */
export const readTerm = (scan: Scan, negated: boolean): Item | null => {
  const from = scan.at
  const written = take(scan, upToColon)
  const name = written.toLowerCase()
  if (scan.text.charAt(scan.at) !== ':') {
    scan.at = from
    const expr = readText(scan)
    return { span: expr.span, expr, negated: false, raw: null }
  }
  const fault = unknownField(written, from)
  // The first fault in reading order, unless the term is to be read to its end and left out.
  if (fault !== null && scan.ignored === null) throw fault
  const raw = readRaw(scan, name, from)
  if (name === 'sort') return readSort(scan, raw, negated)
  const expr = leaveOut(scan, raw.span, () => {
    if (fault !== null) throw fault
    return readField(scan, raw)
  })
  return { span: raw.span, expr, negated: false, raw }
}

const fieldNames: readonly string[] = [...wordFields, ...numberFields, ...timeWords, 'sort']

const unknownField = (name: string, from: number): QueryError | null => {
  if (fieldNames.includes(name.toLowerCase())) return null
  const span = { from, to: from + Math.max(1, name.length) }
  if (name === '') throw new QueryError('unexpected', span, 'the name of a field is missing before the colon')
  const near = nearest(name, fieldNames)
  const meant = near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : ''
  const mend = `${meant}To look for it as text, put it in quotes.`
  return new QueryError('unknown_field', span, `there is no field ${shown(name)}`, mend)
}

/** The scan stands on the colon. */
const readRaw = (scan: Scan, name: string, from: number): RawTerm => {
  const values: RawValue[] = []
  do {
    const before = values.length === 0 ? from : scan.at
    scan.at += 1
    const value = readValue(scan, before)
    values.push(value)
    if (name !== 'sort') countTerm(scan, value.span.from)
  } while (scan.text.charAt(scan.at) === ',')
  endTerm(scan)
  return { name, values, span: { from, to: scan.at } }
}

const readSort = (scan: Scan, raw: RawTerm, negated: boolean): null => {
  const { span } = raw
  if (negated || scan.depth > 0)
    throw new QueryError('unexpected', span, 'sort stands by itself, outside of groups and without a sign')
  if (scan.sorts.length > 0) throw new QueryError('two_sorts', span, 'a query is sorted once', 'Remove one.')
  scan.sorts.push(span)
  const value = onlyValue(raw)
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

const readField = (scan: Scan, raw: RawTerm): Expr | null => {
  const { name, span } = raw
  const word = wordFields.find((field) => field === name)
  if (word !== undefined) return readWords(scan, word, raw)
  if (timeWords.includes(name)) onlyValue(raw)
  const of = raw.values.flatMap(
    (value) => leaveOut(scan, value.span, () => readRange(scan, name, value)) ?? [],
  )
  const [only = null] = of
  return of.length > 1 ? { kind: 'or', of, span } : only && { ...only, span }
}
