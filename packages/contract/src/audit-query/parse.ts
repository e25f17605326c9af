import type { AuditQuery, Expr, Not, Span } from './ast.ts'
import { QueryError } from './query-error.ts'
import { createScan, type Item, limits, type Scan, skipSpace } from './scan.ts'
import { readTerm } from './term.ts'

/** Reads a query. Throws QueryError with the exact place; relative times count from `now` (ms). Work is linear in the text. */
export const parseQuery = (text: string, now: number): AuditQuery => readQuery(createScan(text, now, null))

export const tryQuery = (text: string, now: number): { query: AuditQuery } | { error: QueryError } => {
  try {
    return { query: parseQuery(text, now) }
  } catch (error) {
    if (error instanceof QueryError) return { error }
    throw error
  }
}

/** Reads the whole text of a fresh scan. */
export const readQuery = (scan: Scan): AuditQuery => {
  checkText(scan.text)
  const item = readAny(scan)
  const rest = { from: scan.at, to: scan.at + 1 }
  if (scan.at < scan.text.length)
    throw new QueryError('unexpected', rest, 'no group is open here', 'Remove the parenthesis.')
  return { where: item?.expr ?? null, sort: scan.sort ?? 'newest' }
}

/** NUL would cut the text in SQLite; half a surrogate pair has no UTF-8, so no address and no log could hold it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: U+0000 is what is looked for.
const unwritable = /[\u0000\ud800-\udfff]/u

const checkText = (text: string): void => {
  const beyond = { from: limits.length, to: text.length }
  if (text.length > limits.length)
    throw new QueryError('too_long', beyond, `a query has at most ${limits.length} characters`)
  const at = text.search(unwritable)
  if (at < 0) return
  const what = text.charCodeAt(at) === 0 ? 'U+0000' : 'half of a surrogate pair'
  throw new QueryError('bad_character', { from: at, to: at + 1 }, `${what} cannot stand in a query`)
}

const keyword = /(?:AND|OR|NOT)(?![^\s"()])/y

/** The operator the scan stands at, and where it ends. */
const peekKeyword = (scan: Scan): { word: string; span: Span } | null => {
  keyword.lastIndex = scan.at
  const word = keyword.exec(scan.text)?.[0]
  return word === undefined ? null : { word, span: { from: scan.at, to: scan.at + word.length } }
}

const lacksTerm = (word: string, span: Span): QueryError => {
  const where = word === 'AND' || word === 'OR' ? 'on both sides' : 'right behind it'
  const mend = word === '-' ? null : `Put it in quotes to look for it as text: "${word}".`
  return new QueryError('unexpected', span, `${word} needs a term ${where}`, mend)
}

/** `a OR b`; null where nothing stands. */
const readAny = (scan: Scan): Item | null => {
  const first = readAll(scan)
  const items = [first]
  for (let next = peekKeyword(scan); next?.word === 'OR'; next = peekKeyword(scan)) {
    scan.at = next.span.to
    if (items.at(-1) === null) throw lacksTerm('OR', next.span)
    const item = readAll(scan)
    if (item === null) throw lacksTerm('OR', next.span)
    items.push(item)
  }
  if (items.length === 1) return first
  const found = items.filter((item) => item !== null)
  const joined = join('or', found)
  if (scan.depth === 0 && joined !== null) Object.assign(scan, { tops: [joined], either: true })
  return joined
}

/** `a b`, `a AND b`: up to `OR`, a closing parenthesis or the end; null where no condition stands. */
const readAll = (scan: Scan): Item | null => {
  const items: Item[] = []
  let and: Span | null = null
  for (let count = 0; ; count += 1) {
    const next = skipSpace(scan)
    const operator = peekKeyword(scan)
    if (next === '' || next === ')' || operator?.word === 'OR') break
    if (operator?.word === 'AND') {
      if (and !== null || count === 0) throw lacksTerm('AND', operator.span)
      and = operator.span
      scan.at = and.to
      continue
    }
    and = null
    const item = readItem(scan)
    if (item !== null) items.push(item)
  }
  if (and !== null) throw lacksTerm('AND', and)
  if (scan.depth === 0) scan.tops = items
  return join('and', items)
}

/** One item out of several; what is joined the same way inside becomes part of it. */
const join = (kind: 'and' | 'or', items: readonly Item[]): Item | null => {
  const [first, ...others] = items
  if (first === undefined || others.length === 0) return first ?? null
  const span = { from: first.span.from, to: (others.at(-1) ?? first).span.to }
  const of = items.flatMap(({ expr }): readonly Expr[] =>
    expr?.kind === kind ? expr.of : expr ? [expr] : [],
  )
  const [only = null] = of
  return { span, expr: of.length > 1 ? { kind, of, span } : only, negated: false, raw: null }
}

/** A term or group with its sign; null for `sort:`, which is no condition. */
const readItem = (scan: Scan): Item | null => {
  const from = scan.at
  const negated = readSign(scan)
  const item = scan.text.charAt(scan.at) === '(' ? readGroup(scan) : readTerm(scan, negated)
  if (item === null || !negated) return item
  const span = { from, to: item.span.to }
  const expr: Not | null = item.expr && { kind: 'not', of: item.expr, span }
  return { ...item, span, expr, negated }
}

const readSign = (scan: Scan): boolean => {
  const word = peekKeyword(scan)?.word === 'NOT' ? 'NOT' : '-'
  if (!scan.text.startsWith(word, scan.at)) return false
  const span = { from: scan.at, to: scan.at + word.length }
  scan.at = span.to
  const next = word === 'NOT' ? skipSpace(scan) : scan.text.charAt(scan.at)
  if (next === '' || next === ')' || /\s/.test(next)) throw lacksTerm(word, span)
  const second = next === '-' ? '-' : peekKeyword(scan)?.word
  if (second === undefined) return true
  throw new QueryError(
    'unexpected',
    { from: scan.at, to: scan.at + second.length },
    `${second} cannot follow ${word}: a term is negated once`,
    'To look for it as text, put it in quotes.',
  )
}

const readGroup = (scan: Scan): Item => {
  const open = { from: scan.at, to: scan.at + 1 }
  if (scan.depth === limits.depth)
    throw new QueryError('too_deep', open, `groups stand inside each other at most ${limits.depth} deep`)
  scan.depth += 1
  scan.at += 1
  const inner = readAny(scan)
  scan.depth -= 1
  if (scan.text.charAt(scan.at) !== ')')
    throw new QueryError('unclosed_group', open, 'the group that begins here is not closed', 'Add a ")".')
  scan.at += 1
  const span = { from: open.from, to: scan.at }
  if (inner === null) throw new QueryError('empty_group', span, 'the group holds no term', 'Remove it.')
  const { expr } = inner
  const whole = expr?.kind === 'and' || expr?.kind === 'or' ? { ...expr, span } : expr
  return { span, expr: whole, negated: false, raw: null }
}
