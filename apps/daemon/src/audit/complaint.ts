import { Fault } from '@watchbill/contract/fault'
import { Failure } from '../cli/failure.ts'
import { printable } from './printable.ts'

/** A refusal as the person at the terminal needs it: the query with a mark under what is wrong, or what to do about the key. */
export const failureOf = (error: unknown, query: string, apiUrl: string): unknown => {
  if (!(error instanceof Fault)) return error
  const { code, message, mend } = error
  const span = error.errors.map(({ pointer }) => spanOf(pointer)).find((found) => found !== null)
  if (span) {
    const why = `${printable(error.errors[0]?.detail ?? message)}\n${mark(query, span)}`
    return new Failure('audit: the query was not understood', why, printable(mend ?? helpWithQueries), 2)
  }
  if (code === 'unauthenticated' || code === 'forbidden') {
    const made = 'make a key with watchbill key create --scope audit:read,log:read'
    return new Failure('audit: the control plane refused the key', printable(message), made)
  }
  const reach =
    code === 'unavailable' ? `check that the control plane answers at ${apiUrl}/livez` : 'try again'
  return new Failure('audit: the log could not be asked', printable(message), printable(mend ?? reach))
}

const helpWithQueries = 'fields and values: docs/audit.md'

interface Span {
  readonly from: number
  readonly to: number
}

/** `query.q:9-14` names a place in the query. */
const spanOf = (pointer: string): Span | null => {
  const [, from, to] = /^query\.q:(\d{1,5})-(\d{1,5})$/.exec(pointer) ?? []
  return from === undefined ? null : { from: Number(from), to: Number(to) }
}

/** Columns a line of the query may take before it is cut around the mark. */
const columns = 72
const indent = '  '

/** The query as it can be printed, and carets under exactly the span. */
export const mark = (query: string, { from, to }: Span): string => {
  const before = printable(query.slice(0, from))
  const inside = printable(query.slice(from, to))
  const after = printable(query.slice(to))
  const lead = widthOf(before) > columns / 2 ? `…${lastColumns(before, columns / 2)}` : before
  const marked = firstColumns(inside, columns)
  const line = `${lead}${marked}${firstColumns(after, columns)}`
  return `${indent}${line}\n${indent}${' '.repeat(widthOf(lead))}${'^'.repeat(Math.max(1, widthOf(marked)))}`
}

/** Characters of two columns (East Asian, emoji), and marks of none: as good as terminals agree. */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u
const columnsOf = (character: string): number => (/\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1)
const widthOf = (text: string): number => [...text].reduce((sum, character) => sum + columnsOf(character), 0)

const firstColumns = (text: string, most: number): string => {
  let left = most
  const kept: string[] = []
  for (const character of text) {
    left -= columnsOf(character)
    if (left < 0) return `${kept.join('')}…`
    kept.push(character)
  }
  return text
}

const lastColumns = (text: string, most: number): string => {
  const characters = [...text].reverse()
  let left = most
  return characters
    .filter((character) => {
      left -= columnsOf(character)
      return left >= 0
    })
    .reverse()
    .join('')
}
