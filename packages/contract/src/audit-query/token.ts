import { QueryError, shown } from './query-error.ts'
import { type RawTerm, type RawValue, type Scan, take } from './scan.ts'

/** What stands between quotes; `\"` and `\\` are the character, any other backslash is itself. */
export const readQuoted = (scan: Scan): string => {
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
export const endTerm = (scan: Scan): void => {
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

const bareValue = /[^\s"(),]*/y

/** `value` or `"value"`. `before` is where a missing one is pointed at: from the field's name, or from the comma. */
export const readValue = (scan: Scan, before: number): RawValue => {
  const from = scan.at
  const next = scan.text.charAt(from)
  const quoted = next === '"'
  const text = quoted ? readQuoted(scan) : take(scan, bareValue)
  const span = { from, to: scan.at }
  if (text !== '') return { text, quoted, span }
  const mend =
    next === '('
      ? 'Alternatives are written with commas: field:a,b.'
      : 'Write the value right behind; "none" finds entries without one.'
  throw new QueryError('empty_value', quoted ? span : { from: before, to: from }, 'a value is missing', mend)
}

/** Where only one can stand. */
export const onlyValue = ({ values: [first, second] }: RawTerm): RawValue | undefined => {
  if (second === undefined) return first
  throw new QueryError('unexpected', second.span, 'only one value can stand here')
}
