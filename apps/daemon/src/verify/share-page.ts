import { createHash } from 'node:crypto'

/** A share document taken apart. Nothing of it was run. */
export interface SharePage {
  /** Exact canonical text of the evidence; null when there is none. */
  readonly evidence: string | null
  /** SHA-256 of the exact text of its one program, hex; null when there is none. */
  readonly scriptSha256: string | null
  /** What else in it could run, or is nothing this program knows; null when there is nothing of the kind. */
  readonly foreign: string | null
}

const evidenceTag = '<script type="application/json" id="evidence">'
const checkerTag = '<script id="checker">'
const endTag = '</script>'

/**
 * Takes a share document apart. TRUST BOUNDARY: it is foreign. Every `<` of it has to begin a tag that is known to be inert,
 * written in the one way our own pages write it, so that no browser can find anything in it that is not found here.
 */
export const readSharePage = (html: string): SharePage => {
  const evidence = cut(html, evidenceTag)
  const checker = cut(html, checkerTag)
  return {
    evidence: evidence === null ? null : unescapeEvidence(evidence.text),
    scriptSha256: checker === null ? null : createHash('sha256').update(checker.text).digest('hex'),
    foreign: foreignIn(html, evidence, checker),
  }
}

interface Element {
  readonly text: string
  readonly from: number
  readonly to: number
}

const cut = (html: string, tag: string): Element | null => {
  const from = html.indexOf(tag)
  const end = from < 0 ? -1 : html.indexOf(endTag, from)
  if (end < 0) return null
  return { text: html.slice(from + tag.length, end), from, to: end + endTag.length }
}

/** `<` stands in a page as `\u003c`; canonical JSON itself never writes it so, but a backslash that is said may precede `u003c`. */
const unescapeEvidence = (text: string): string =>
  text.replace(/\\\\|\\u003c/g, (found) => (found === '\\\\' ? found : '<'))

const foreignIn = (html: string, evidence: Element | null, checker: Element | null): string | null => {
  if (evidence === null) return 'it holds no evidence'
  if (checker === null) return 'it holds no checker'
  if (evidence.text.includes('<')) return 'a "<" stands in its evidence'
  if (evidence.to > checker.from) return 'its checker does not come after its evidence'
  // The one place where a browser does not look for tags: what ends it was found above, what delays its end is refused.
  if (checker.text.includes('<!--')) return 'a comment begins in its checker'
  return (
    foreignTag(html, 0, evidence.from) ??
    foreignTag(html, evidence.to, checker.from) ??
    foreignTag(html, checker.to, html.length)
  )
}

const doctype = '<!doctype html>'
const inert = new Set(
  `html head meta title style body header main footer section div p b i em strong small span bdi br hr h1 h2 h3 ol ul li dl dt
  dd details summary time code pre a table thead tbody tr th td`.split(/\s+/),
)
/** One spelling of a tag; a quoted value without `<` hides nothing, whatever state a browser reads it in. */
const tagPattern = /<(\/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"<>]*")*)>/y
const attributePattern = / ([a-z-]+)="([^"]*)"/g

const foreignTag = (html: string, from: number, to: number): string | null => {
  let raw: string | null = null
  let at = html.indexOf('<', from === 0 && html.startsWith(doctype) ? doctype.length : from)
  for (; at >= 0 && at < to; at = html.indexOf('<', at + 1)) {
    tagPattern.lastIndex = at
    const [, slash, name = '', attributes = ''] = tagPattern.exec(html) ?? []
    // Inside of these a browser sees text alone, and so would not see what follows.
    if (!inert.has(name) || (raw !== null && (slash === '' || name !== raw)))
      return `it holds ${html.slice(at, at + 40)}`
    for (const [whole, attribute = '', value = ''] of attributes.matchAll(attributePattern))
      if (!isInert(name, attribute, value)) return `it holds <${name}${whole}>`
    raw = slash === '' && (name === 'style' || name === 'title') ? name : null
  }
  return raw === null ? null : `its <${raw}> does not end`
}

const named = new Set(['viewport', 'robots', 'referrer', 'color-scheme'])

const isInert = (tag: string, attribute: string, value: string): boolean => {
  if (attribute === 'href') return tag === 'a' && /^[?/#]/.test(value)
  if (attribute === 'http-equiv') return tag === 'meta' && value === 'Content-Security-Policy'
  if (attribute === 'name') return tag === 'meta' && named.has(value)
  if (attribute === 'charset') return tag === 'meta' && value === 'utf-8'
  if (attribute === 'content') return tag === 'meta'
  if (attribute === 'download') return tag === 'a'
  return /^(class|id|lang|dir|role|title|hidden|open|aria-[a-z]+)$/.test(attribute)
}
