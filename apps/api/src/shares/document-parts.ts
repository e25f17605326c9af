import { type evidence, notes } from '@watchbill/ledger'
import { reveal } from './document/reveal.ts'
import { count } from './document/verdict.ts'
import { h, type VElement, type VNode } from './document/vnode.ts'

type Disclosure = evidence.Disclosure

/** What a document is made of beside its evidence. */
export interface Occasion {
  /** Origin the checker came from, `https://watchbill.example.org`. */
  readonly publicUrl: string
  /** Name of the file it is kept as. */
  readonly file: string
  readonly content: boolean
  /** Whether the query stays with whoever made the link. */
  readonly queryHidden: boolean
}

/** Stands until the checker has spoken, and for good where it cannot run. */
export const verdictPlaceholder = ({ entries }: Disclosure): VElement[] => [
  h(
    'p',
    { class: 'lead' },
    entries.length === 1 ? '1 entry, not checked yet' : `${count(entries.length)} entries, not checked yet`,
  ),
  h(
    'p',
    null,
    'This page checks every entry itself, by a script that asks nobody. Where no script runs, it stays unchecked: use the ' +
      'command line, as said below.',
  ),
]

/** What it is, what is shown and what is not, and what that is worth. */
export const aboutParts = (disclosure: Disclosure, occasion: Occasion, title: string): VElement[] => {
  const { host } = new URL(occasion.publicUrl)
  return [
    h('h1', null, title),
    h(
      'dl',
      { class: 'facts' },
      ...fact('Shown', ...scopeWords(disclosure, occasion)),
      ...fact(
        'Log',
        h('code', null, ...reveal(disclosure.origin)),
        `, frozen at ${sizeWords(disclosure.checkpoint)}`,
      ),
      ...fact('Hidden', ...hiddenWords(disclosure, occasion)),
      ...fact(
        'Never hidden',
        'Header fields: time, kind of event, ids of agent and producer, decision, and the hashes',
      ),
      ...fact('Made', `${timeWords(disclosure.createdAt)}; the link ends ${timeWords(disclosure.expiresAt)}`),
    ),
    h(
      'p',
      null,
      `This checker came from ${host}. It reveals changes made behind the operator's back; against the operator, use the ` +
        'command line and witnesses you chose.',
    ),
    ...(disclosure.range === null
      ? [h('p', null, 'What is shown is in the log; that something was left out is not excluded.')]
      : []),
  ]
}

const scopeWords = ({ entries, range, query }: Disclosure, { queryHidden }: Occasion): VNode[] => {
  const asked = query === '' ? [] : [h('code', null, ...reveal(query))]
  if (range === null) {
    const chosen = entries.length === 1 ? '1 entry, chosen' : `${count(entries.length)} entries, chosen`
    if (queryHidden) return [`${chosen} by a query that asks about something hidden, so it is not told`]
    return asked.length === 0 ? [`${chosen} when the link was made`] : [`${chosen} by `, ...asked]
  }
  const whole = `Every entry from ${count(range.from)} to ${count(range.to - 1)}, ${count(range.to - range.from)} in all`
  return asked.length === 0 ? [whole] : [`${whole}; told in full are those that answer `, ...asked]
}

const hiddenWords = ({ redacted }: Disclosure, { content }: Occasion): VNode[] => {
  const names = redacted.flatMap((name, index) => [index === 0 ? '' : ', ', h('code', null, ...reveal(name))])
  const text = content ? null : 'content, which is text as agents wrote it'
  if (redacted.length === 0) return [text ?? 'Nothing']
  const members: VNode[] = ['members called ', ...names]
  return text === null ? members : [...members, `; and ${text}`]
}

/** What it takes to check it without us, and the marks to compare. */
export const proofParts = (disclosure: Disclosure, { file }: Occasion): VElement[] => {
  const at = disclosure.newest === null ? disclosure.checkpoint : disclosure.newest.checkpoint
  const seen = disclosure.seen === null ? '' : `&seen=${disclosure.seen.size}`
  const keep = `?download=1&at=${sizeOf(at) ?? ''}${seen}`
  return [
    h(
      'section',
      { 'aria-label': 'Check it yourself' },
      h('h2', null, 'Check it yourself'),
      h('p', null, 'Keep this page as a file and check it with code that did not come from this page:'),
      h('pre', null, h('code', null, `npx watchbill verify ${file}`)),
      h('p', null, 'Or check the link you were given, with what it pins behind the #:'),
      h('pre', null, h('code', null, "watchbill verify '<link>'")),
      h(
        'p',
        { id: 'ways', class: 'noprint' },
        h('a', { href: keep, download: file }, 'Download evidence: this very page as a file'),
        ' · ',
        h(
          'a',
          { href: `/s/open/${disclosure.share}/proofs` },
          'The same entries as C2SP tlog-proof files (tar)',
        ),
      ),
    ),
    h(
      'section',
      { 'aria-label': 'Checkpoint' },
      h('h2', null, 'The signed checkpoint'),
      h('pre', { class: 'wrap' }, h('code', null, ...lines(disclosure.checkpoint))),
      ...(disclosure.newest === null
        ? []
        : [
            h('p', null, 'The newest one when this page was made, of a log that goes on from it:'),
            h('pre', { class: 'wrap' }, h('code', null, ...lines(disclosure.newest.checkpoint))),
          ]),
      h(
        'p',
        null,
        'Fingerprints of the keys that the operator offers, to compare with what you were told elsewhere:',
      ),
      h('dl', { class: 'facts' }, ...disclosure.keys.flatMap(keyFact)),
    ),
  ]
}

const keyFact = (vkey: string): VNode[] =>
  fact(
    'Fingerprint',
    h('code', null, notes.fingerprintOf(vkey)),
    h('br', null),
    h('code', null, ...reveal(vkey)),
  )

const lines = (text: string): VNode[] =>
  text.split('\n').flatMap((line, index) => [index === 0 ? '' : '\n', ...reveal(line)])

const fact = (name: string, ...value: VNode[]): VNode[] => [h('dt', null, name), h('dd', null, ...value)]

const timeWords = (instant: string): string => `${instant.slice(0, 16).replace('T', ' ')} UTC`

const sizeWords = (note: string): string => {
  const size = sizeOf(note)
  return size === null ? 'a checkpoint that cannot be read' : `${count(size)} entries`
}

const sizeOf = (note: string): number | null =>
  notes.parseCheckpoint(notes.parseNote(note)?.text ?? '')?.size ?? null
