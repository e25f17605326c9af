import { limits } from './scan.ts'

/** What is being typed at a caret. */
export interface Place {
  /** What a completion takes the place of. */
  readonly from: number
  readonly to: number
  /** Up to the caret, without a quote; null where nothing can be completed: in a phrase, or at an operator. */
  readonly typed: string | null
  /** In lower case; null where the name of a field is being typed. */
  readonly field: string | null
  /** Other values of the same term, in lower case. */
  readonly others: readonly string[]
}

// A quote may be open still. What follows it never makes a match fail, so nothing is read twice.
const chunks = /(?:"(?:[^"\\]|\\[\s\S])*"?|[^\s"()])+/g
const values = /((?:"(?:[^"\\]|\\[\s\S])*"?|[^",])*)(?:,|$)/g

/** Reads half-typed text, whatever is wrong with it. */
export const placeAt = (text: string, wanted: number): Place => {
  const caret = Math.max(0, Math.min(text.length, Math.trunc(wanted) || 0))
  const nothing = { from: caret, to: caret, typed: '', field: null, others: [] }
  if (text.length > limits.length) return { ...nothing, typed: null }
  for (const { 0: chunk, index } of text.matchAll(chunks))
    if (index <= caret && caret <= index + chunk.length) {
      const from = index + (chunk.startsWith('-') && caret > index ? 1 : 0)
      return inTerm(text.slice(from, index + chunk.length), from, caret)
    }
  return nothing
}

const inTerm = (term: string, start: number, caret: number): Place => {
  const [name = ''] = /^[^":]*/.exec(term) ?? []
  const colon = start + name.length
  const isField = term.charAt(name.length) === ':'
  if (isField && caret > colon) return inValue(term.slice(name.length + 1), colon + 1, caret, name)
  const closed = term === name || isField
  const typed = closed && !/^(?:AND|OR|NOT)$/.test(term) ? term.slice(0, caret - start) : null
  return { from: start, to: isField ? colon + 1 : colon, typed, field: null, others: [] }
}

const inValue = (list: string, start: number, caret: number, name: string): Place => {
  const others: string[] = []
  let own: Pick<Place, 'from' | 'to' | 'typed'> | null = null
  for (const { 1: value = '', index } of list.matchAll(values)) {
    const [from, to] = [start + index, start + index + value.length]
    if (own !== null || caret < from || caret > to) others.push(plain(value).toLowerCase())
    // An open quote ends at the caret: what stands behind was a term of its own before it.
    else own = { from, to: isOpen(value) ? caret : to, typed: plain(value.slice(0, caret - from)) }
  }
  return { from: caret, to: caret, typed: '', ...own, field: name.toLowerCase(), others }
}

const isOpen = (value: string): boolean => value.startsWith('"') && !/^"(?:[^"\\]|\\[\s\S])*"/.test(value)

const plain = (value: string): string =>
  value.startsWith('"') ? value.replace(/^"|"$/g, '').replace(/\\(["\\])/g, '$1') : value
