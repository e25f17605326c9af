import type { FieldTerm, Value, WordField } from './ast.ts'
import { fields } from './fields.ts'
import { nearest } from './nearest.ts'
import { QueryError, shown } from './query-error.ts'
import { leaveOut, limits, type RawTerm, type RawValue, type Scan } from './scan.ts'

/** `tool:Read,mcp__*,none`; null where nothing of it is known. */
export const readWords = (scan: Scan, field: WordField, { values: raw, span }: RawTerm): FieldTerm | null => {
  const values = raw.flatMap((value) => leaveOut(scan, value.span, () => wordOf(field, value)) ?? [])
  return values.length > 0 ? { kind: 'field', field, values, span } : null
}

const wordOf = (field: WordField, { text, quoted, span }: RawValue): Value => {
  const stars = quoted ? 0 : text.split('*').length - 1
  if (stars > limits.stars)
    throw new QueryError('too_many_stars', span, `a value has at most ${limits.stars} stars`)
  const none = !quoted && text.toLowerCase() === 'none'
  const all = fields[field].values
  if (stars > 0 || none || all === undefined || all.includes(text.toLowerCase()))
    return { text: none ? '' : text, wild: stars > 0, none, span }
  const near = nearest(text, all)
  const mend =
    near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `One of ${all.slice(0, 8).join(', ')}.`
  throw new QueryError('unknown_value', span, `${field} is never ${shown(text)}`, mend)
}
