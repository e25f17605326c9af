import type { AuditQuery, Expr, NumberField, RangeTerm, TextTerm, Value } from './ast.ts'
import { formatDuration } from './instant.ts'
import { splitWords } from './words.ts'

/** The query as text that reads back to the same meaning: every time absolute, one way to write each thing. */
export const formatQuery = ({ where, sort }: AuditQuery): string => {
  const parts = [where === null ? '' : formatExpr(where, 'or'), sort === 'newest' ? '' : `sort:${sort}`]
  return parts.filter((part) => part !== '').join(' ')
}

/** `inside`: what binds around it; a looser one needs parentheses. */
const formatExpr = (expr: Expr, inside: 'or' | 'and' | 'not'): string => {
  if (expr.kind === 'text') return formatText(expr)
  if (expr.kind === 'field') return `${expr.field}:${expr.values.map(formatValue).join(',')}`
  if (expr.kind === 'range') return formatRange(expr)
  if (expr.kind === 'not') {
    const negated = `-${formatExpr(expr.of, 'not')}`
    return inside === 'not' ? `(${negated})` : negated
  }
  const list = expr.kind === 'or' ? formatList(expr.of) : null
  if (list !== null) return list
  const text = expr.of.map((one) => formatExpr(one, expr.kind)).join(expr.kind === 'or' ? ' OR ' : ' ')
  return inside === 'not' || (inside === 'and' && expr.kind === 'or') ? `(${text})` : text
}

/** `seq:1,5..9`: alternatives of one number, which need no group; null for any other. */
const formatList = (of: readonly Expr[]): string | null => {
  const ranges = of.map((expr) => (expr.kind === 'not' ? lackOf(expr.of) : expr))
  const [first] = ranges
  if (first?.kind !== 'range') return null
  const values = ranges.map((one, at) => {
    if (one?.kind !== 'range' || one.field !== first.field) return null
    return of[at]?.kind === 'not' ? 'none' : formatBounds(one)
  })
  return values.includes(null) ? null : `${first.field}:${values.join(',')}`
}

const lackOf = (expr: Expr): RangeTerm | null =>
  expr.kind === 'range' && expr.min === null && expr.max === null ? expr : null

const formatRange = (term: RangeTerm): string => {
  const { field, min, max } = term
  if (field === 'time' && min !== null && max === null) return `after:${formatNumber(field, min)}`
  if (field === 'time' && min === null && max !== null) return `before:${formatNumber(field, max)}`
  return `${field}:${formatBounds(term)}`
}

const formatBounds = ({ field, min, max }: RangeTerm): string => {
  // `>5s` is what somebody wrote who means 5001 ms or more.
  const after = (bound: number) => field === 'duration' && bound % 1000 === 1
  const beside = (sign: string, bound: number) => `${sign}${formatNumber(field, bound)}`
  if (min === null) {
    if (max === null) return '*'
    return after(max) ? beside('<=', max - 1) : beside('<', max)
  }
  if (max === null) return after(min) ? beside('>', min - 1) : beside('>=', min)
  const first = formatNumber(field, min)
  return max === min + 1 ? first : `${first}..${formatNumber(field, max - 1)}`
}

const formatNumber = (field: NumberField, value: number): string => {
  if (field === 'time') return new Date(value).toISOString()
  return field === 'duration' ? formatDuration(value) : String(value)
}

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

const formatValue = ({ text, wild, none }: Value): string => {
  if (none) return 'none'
  return wild ? text : formatWord(text)
}

/** A value that means exactly this text. */
export const formatWord = (text: string): string =>
  /^[^\s"(),*]+$/.test(text) && text.toLowerCase() !== 'none' ? text : quote(text)

const formatText = ({ text, prefix }: TextTerm): string => {
  const bare =
    /^[^\s"():*-][^\s"():*]*$/.test(text) && !/^(?:AND|OR|NOT)$/.test(text) && splitWords(text).length > 0
  return `${bare ? text : quote(text)}${prefix ? '*' : ''}`
}
