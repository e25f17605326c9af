import type { AuditQuery, Expr, NumberField, Value, WordField } from '@watchbill/contract/audit-query'

const span = { from: 0, to: 0 }
const fields: ReadonlySet<string> = new Set(['action', 'decision', 'agent', 'producer', 'policy'])

/**
 * Reads what `formatQuery` writes of a query about headers and places, and nothing else; null for any other text. The whole
 * grammar weighs more than everything else a share document carries; a test holds this reader to it.
 */
export const readCanonical = (text: string): AuditQuery | null => {
  if (text === '') return { where: null, sort: 'newest' }
  let at = 0
  const take = (pattern: RegExp): string | null => {
    const found = new RegExp(pattern, 'y')
    found.lastIndex = at
    const taken = found.exec(text)?.[0] ?? null
    at += taken?.length ?? 0
    return taken
  }
  const need = (pattern: RegExp): string => {
    const taken = take(pattern)
    if (taken === null) throw new SyntaxError('not as formatQuery writes it')
    return taken
  }
  const list = (kind: 'and' | 'or', between: RegExp, read: () => Expr): Expr => {
    const of = [read()]
    while (take(between) !== null) of.push(read())
    const [first] = of
    return of.length === 1 && first ? first : { kind, of, span }
  }
  const any = (): Expr => list('or', / OR /, all)
  const all = (): Expr => list('and', / (?!OR )/, one)
  const one = (): Expr => {
    if (take(/-/) !== null) return { kind: 'not', of: one(), span }
    if (take(/\(/) === null) return term(need(/\w+:/).slice(0, -1))
    const inner = any()
    need(/\)/)
    return inner
  }
  const term = (name: string): Expr => {
    const values = [value()]
    while (take(/,/) !== null) values.push(value())
    if (isField(name)) return { kind: 'field', field: name, values, span }
    const of = values.map(({ text: bounds }) => rangeOf(name, bounds))
    const [first] = of
    return of.length === 1 && first ? first : { kind: 'or', of, span }
  }
  const value = (): Value => {
    const quoted = take(/"(?:[^"\\]|\\["\\])*"/)
    if (quoted !== null)
      return { text: quoted.slice(1, -1).replace(/\\(.)/g, '$1'), wild: false, none: false, span }
    const bare = need(/[^\s"(),]+/)
    const none = bare === 'none'
    return { text: none ? '' : bare, wild: bare.includes('*'), none, span }
  }
  try {
    const where = any()
    return at === text.length ? { where, sort: 'newest' } : null
  } catch {
    return null
  }
}

const isField = (name: string): name is WordField => fields.has(name)

/** Bounds as `formatQuery` writes them; '' is what `none` was read as. */
const rangeOf = (name: string, text: string): Expr => {
  const field: NumberField = name === 'seq' ? 'seq' : 'time'
  const range = (min: number | null, max: number | null): Expr => ({ kind: 'range', field, min, max, span })
  const number = (digits: string): number => {
    const value = field === 'seq' ? Number(/^\d+$/.test(digits) ? digits : Number.NaN) : Date.parse(digits)
    if (Number.isSafeInteger(value)) return value
    throw new SyntaxError('no number and no time')
  }
  if (name === 'after') return range(number(text), null)
  if (name === 'before') return range(null, number(text))
  if (name !== field) throw new SyntaxError('no field of a header')
  if (text === '') return { kind: 'not', of: range(null, null), span }
  if (text === '*') return range(null, null)
  if (text.startsWith('<')) return range(null, number(text.slice(1)))
  if (text.startsWith('>=')) return range(number(text.slice(2)), null)
  const [first = '', last = first] = text.split('..')
  return range(number(first), number(last) + 1)
}
