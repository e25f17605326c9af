import type { TextTerm } from './ast.ts'
import { QueryError } from './query-error.ts'
import { countTerm, limits, type Scan, take } from './scan.ts'
import { endTerm, readQuoted } from './token.ts'
import { splitWords } from './words.ts'

const bareText = /[^\s"()]*/y

/** A word or phrase; a star behind it says that its last word may go on. */
export const readText = (scan: Scan): TextTerm => {
  const from = scan.at
  const quoted = scan.text.charAt(from) === '"'
  const word = quoted ? readQuoted(scan) : take(scan, bareText)
  const prefix = quoted ? scan.text.startsWith('*', scan.at) : word.endsWith('*')
  if (quoted && prefix) scan.at += 1
  endTerm(scan)
  countTerm(scan, from)
  scan.texts += 1
  const text = prefix && !quoted ? word.slice(0, -1) : word
  const span = { from, to: scan.at }
  if (scan.texts > limits.texts)
    throw new QueryError('too_many_texts', span, `a query looks for at most ${limits.texts} texts`)
  if (splitWords(text).length === 0)
    throw new QueryError('no_text', span, 'there is no letter and no digit to look for')
  const star = quoted ? -1 : text.indexOf('*')
  if (star < 0) return { kind: 'text', text, prefix, span }
  const place = { from: from + star, to: from + star + 1 }
  throw new QueryError(
    'unexpected',
    place,
    'in free text a star can only end a word',
    'Put the text in quotes.',
  )
}
