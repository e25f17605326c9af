/** What is being typed at a caret. */
export interface Place {
  /** What a completion takes the place of. */
  readonly from: number
  readonly to: number
  /** Up to the caret, without the opening quote; null where nothing can be completed: inside of a phrase, or at an operator. */
  readonly typed: string | null
  /** In lower case; null where the name of a field is being typed. */
  readonly field: string | null
  /** Values of the same term, in lower case. */
  readonly others: readonly string[]
}

const upToColon = /[^\s"():]*/y
const bareValue = /[^\s"(),]*/y
const quotedPart = /"(?:[^"\\]|\\[\s\S])*"?/y

const endOf = (pattern: RegExp, text: string, from: number): number => {
  pattern.lastIndex = from
  pattern.test(text)
  return Math.max(pattern.lastIndex, from)
}

/** Reads half-typed text as far as the caret's term, whatever is wrong with it. */
export const placeAt = (text: string, wanted: number): Place => {
  const caret = Math.max(0, Math.min(text.length, Math.trunc(wanted) || 0))
  let at = 0
  while (at < caret || (at === caret && at < text.length && !/[\s()]/.test(text.charAt(at)))) {
    const next = text.charAt(at)
    if (/[\s()]/.test(next) || (next === '-' && at < caret)) at += 1
    else if (next === '"') {
      const end = endOf(quotedPart, text, at)
      if (caret < end || !isClosed(text, at, end)) return { ...nothing(caret), typed: null }
      at = end
    } else {
      const end = endOf(upToColon, text, at)
      const place = text.charAt(end) === ':' ? inTerm(text, caret, at, end) : inWord(text, caret, at, end)
      if (typeof place !== 'number') return place
      at = place
    }
  }
  return nothing(caret)
}

const nothing = (caret: number): Place => ({ from: caret, to: caret, typed: '', field: null, others: [] })

const isClosed = (text: string, from: number, end: number): boolean =>
  end - from > 1 && /^"(?:[^"\\]|\\[\s\S])*"$/.test(text.slice(from, end))

const inWord = (text: string, caret: number, from: number, to: number): Place | number => {
  if (caret > to) return to
  const operator = /^(?:AND|OR|NOT)$/.test(text.slice(from, to))
  return { ...nothing(caret), from, to, typed: operator ? null : text.slice(from, caret) }
}

/** The place in `field:value,value`, else where the term ends. */
const inTerm = (text: string, caret: number, start: number, colon: number): Place | number => {
  if (caret <= colon)
    return { ...nothing(caret), from: start, to: colon + 1, typed: text.slice(start, caret) }
  const others: string[] = []
  let found: Place | null = null
  let at = colon
  do {
    const from = at + 1
    const quoted = text.charAt(from) === '"'
    const end = endOf(quoted ? quotedPart : bareValue, text, from)
    const value = text.slice(from, end)
    if (caret < from || caret > end) others.push(plain(value).toLowerCase())
    else {
      const to = quoted && !isClosed(text, from, end) ? caret : end
      const field = text.slice(start, colon).toLowerCase()
      found = { from, to, typed: plain(text.slice(from, caret)), field, others }
    }
    at = end
  } while (text.charAt(at) === ',')
  return found ?? at
}

const plain = (value: string): string =>
  value.startsWith('"') ? value.replace(/^"|"$/g, '').replace(/\\(["\\])/g, '$1') : value
