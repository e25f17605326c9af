import type { Span } from './ast.ts'

/** Everything that can be wrong with a query, as a closed set: what interfaces translate and tests name. */
export const queryFaults = [
  'too_long',
  'too_deep',
  'too_many_terms',
  'too_many_texts',
  'too_many_stars',
  'bad_character',
  'unclosed_quote',
  'unclosed_group',
  'empty_group',
  'empty_value',
  'unexpected',
  'unknown_field',
  'unknown_value',
  'bad_number',
  'bad_time',
  'range_is_empty',
  'no_text',
  'two_sorts',
] as const
export type QueryFault = (typeof queryFaults)[number]

/** A query that cannot be read: what is wrong, the exact place in its text, and how to mend it where that is known. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly code: QueryFault
  readonly detail: string
  readonly mend: string | null
  readonly span: Span

  constructor(code: QueryFault, span: Span, detail: string, mend: string | null = null) {
    super(detail)
    this.code = code
    this.span = span
    this.detail = detail
    this.mend = mend
  }
}

/** What somebody typed, fit for a sentence: short, and without characters that are invisible or turn the text around. */
export const shown = (text: string): string => {
  const short = text.length > 40 ? `${text.slice(0, 39)}…` : text
  return `"${short.replace(/[^\P{C} ]|[\u2028\u2029]/gu, formatCode)}"`
}

const formatCode = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
