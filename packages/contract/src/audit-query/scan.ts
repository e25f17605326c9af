import type { Expr, Sort, Span } from './ast.ts'
import { QueryError, type QueryFault } from './query-error.ts'

/** What one query may hold. `length` in UTF-16 units; every alternative of `a:x,y` is a term. */
export const limits = { length: 2000, terms: 64, texts: 16, depth: 8, stars: 8 } as const

/** A query being read: the text, the place reached, and what was counted on the way. */
export interface Scan {
  readonly text: string
  /** Ms since the epoch; relative times count from here. */
  readonly now: number
  at: number
  depth: number
  terms: number
  texts: number
  sort: Sort | null
  /** Every `sort:` term. */
  readonly sorts: Span[]
  /** What stands side by side outside of parentheses; one item where `OR` joins it. */
  tops: readonly Item[]
  /** `OR` stands outside of parentheses. */
  either: boolean
  /** Terms left out because of what they name (`readLenient`); null where every fault is thrown. */
  readonly ignored: Ignored[] | null
  /** Characters looked at: the measure that reading is linear. */
  steps: number
}

export interface Ignored {
  readonly span: Span
  readonly detail: string
}

/** A term or group with its sign and parentheses. `expr` is null where it was left out. */
export interface Item {
  readonly span: Span
  readonly expr: Expr | null
  readonly negated: boolean
  /** Null for a group, free text, and what `OR` joins. */
  readonly raw: RawTerm | null
}

/** `field:value,value` as written. */
export interface RawTerm {
  /** In lower case. */
  readonly name: string
  readonly values: readonly RawValue[]
  readonly span: Span
}
export interface RawValue {
  /** Without quotes and escapes. */
  readonly text: string
  readonly quoted: boolean
  readonly span: Span
}

export const createScan = (text: string, now: number, ignored: Ignored[] | null): Scan => ({
  text,
  now,
  at: 0,
  depth: 0,
  terms: 0,
  texts: 0,
  sort: null,
  sorts: [],
  tops: [],
  either: false,
  ignored,
  steps: 0,
})

/** Moves over what the sticky pattern fits, and returns it. */
export const take = (scan: Scan, pattern: RegExp): string => {
  const from = scan.at
  pattern.lastIndex = from
  pattern.test(scan.text)
  scan.at = Math.max(pattern.lastIndex, from)
  scan.steps += scan.at - from + 1
  return scan.text.slice(from, scan.at)
}

const space = /\s*/y

/** Returns the character after it, '' at the end. */
export const skipSpace = (scan: Scan): string => {
  take(scan, space)
  return scan.text.charAt(scan.at)
}

/** Faults of what a term names, not of how the query is built: a term with one can be left out alone. */
const ofOneTerm: readonly QueryFault[] = [
  'unknown_field',
  'unknown_value',
  'bad_number',
  'bad_time',
  'range_is_empty',
]

/** What `read` gives; null, with a note, for a fault that a lenient reader leaves out. */
export const leaveOut = <T>(scan: Scan, span: Span, read: () => T): T | null => {
  try {
    return read()
  } catch (error) {
    if (scan.ignored === null || !(error instanceof QueryError) || !ofOneTerm.includes(error.code))
      throw error
    scan.ignored.push({ span, detail: error.detail })
    return null
  }
}

/** One more term, which ends where the scan stands. */
export const countTerm = (scan: Scan, from: number): void => {
  scan.terms += 1
  if (scan.terms <= limits.terms) return
  const detail = `a query holds at most ${limits.terms} terms, every alternative counted`
  throw new QueryError(
    'too_many_terms',
    { from, to: scan.at },
    detail,
    'Use a wildcard instead of many alternatives.',
  )
}
