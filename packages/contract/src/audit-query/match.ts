import type { AuditQuery, EntryFacts, Expr, FieldTerm, RangeTerm, TextTerm, Value } from './ast.ts'
import { splitWords } from './words.ts'

/** Whether the query asks for this entry, word for word as the grammar says: what every faster way is measured by. */
export const matchEntry = ({ where }: AuditQuery, facts: EntryFacts): boolean =>
  where === null || matches(where, facts)

const matches = (expr: Expr, facts: EntryFacts): boolean => {
  if (expr.kind === 'and') return expr.of.every((one) => matches(one, facts))
  if (expr.kind === 'or') return expr.of.some((one) => matches(one, facts))
  if (expr.kind === 'not') return !matches(expr.of, facts)
  if (expr.kind === 'field') return matchField(expr, facts)
  return expr.kind === 'range' ? matchRange(expr, facts) : matchText(expr, facts.text)
}

const matchField = ({ field, values }: FieldTerm, { words }: EntryFacts): boolean =>
  values.some((value) => matchValue(value, words[field] ?? null))

/** One value of a query against one of an entry; null is none. */
export const matchValue = ({ text, wild, none }: Value, word: string | null): boolean => {
  if (none || word === null) return none && word === null
  return wild ? matchGlob(text.toLowerCase(), word.toLowerCase()) : text.toLowerCase() === word.toLowerCase()
}

/** Leftmost fit of each part between stars, so the work is one search per part. */
const matchGlob = (pattern: string, word: string): boolean => {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop() ?? ''
  if (word.length < first.length + last.length || !word.startsWith(first) || !word.endsWith(last))
    return false
  let at = first.length
  for (const part of others) {
    const found = word.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= word.length - last.length
}

const matchRange = ({ field, min, max }: RangeTerm, { numbers }: EntryFacts): boolean => {
  const value = numbers[field] ?? null
  return value !== null && (min === null || value >= min) && (max === null || value < max)
}

/** The needle's words, one after the other, among the words of the text; the last may go on where `prefix`. */
const matchText = ({ text, prefix }: TextTerm, said: string): boolean => {
  const needle = splitWords(text)
  const words = splitWords(said)
  const fits = (word: string | undefined, at: number) =>
    prefix && at === needle.length - 1 ? word?.startsWith(needle[at] ?? '') === true : word === needle[at]
  return needle.length > 0 && words.some((_, start) => needle.every((_, at) => fits(words[start + at], at)))
}
