import {
  type Disclosure,
  type DisclosureVerdict,
  parseDisclosure,
  parsePin,
  parseVerifierKey,
  type SeenTree,
  verifyDisclosure,
} from '@watchbill/ledger/share'
import { readCanonical } from './canonical-query.ts'
import { createNode } from './dom.ts'
import { entryLine, entryParts, type Mark } from './entry-row.ts'
import { unescapeEvidence } from './evidence-text.ts'
import { recall, remember } from './memory.ts'
import { gapWords, listClass, runsOf } from './rows.ts'
import { seenAddress } from './seen-address.ts'
import { type Finding, kindOf, refusal, verdictParts } from './verdict.ts'
import { h, type VElement } from './vnode.ts'

/** The page where it came from; a kept file asks nobody and remembers nothing. */
const online = /^http/.test(location.protocol) && location.pathname.startsWith('/s/open/')

const element = (id: string): HTMLElement => document.getElementById(id) ?? document.body
const show = (id: string, ...parts: VElement[]): void => element(id).replaceChildren(...parts.map(createNode))
/** Nothing where it is not there: a page that was cut about is told of by its verdict. */
const drop = (id: string): void => document.getElementById(id)?.remove()
/** Lets the page breathe between two runs of work. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

const check = async (): Promise<void> => {
  if (!online) drop('ways')
  await turn()
  const disclosure = parseDisclosure(unescapeEvidence(element('evidence').textContent ?? ''))
  if (disclosure === null) return refuse('The evidence in this page is not as it was made.')
  const memory = online ? recall(disclosure.origin) : null
  const elsewhere = online ? seenAddress(disclosure, memory, location.search) : null
  if (elsewhere !== null) return location.replace(location.pathname + elsewhere + location.hash)
  const finding = await judge(disclosure, memory)
  show('verdict', ...verdictParts(finding))
  document.title = `${{ proven: '✓', unproven: '?', contradicted: '✕' }[kindOf(finding)]} ${document.title}`
  await showRows(finding)
}

/** What is shown as not checked must not stand beside a failed check. */
const refuse = (why: string): void => {
  show('verdict', h('p', { class: 'lead contradicted' }, refusal), h('p', null, why))
  drop('rows')
}

const judge = async (disclosure: Disclosure, memory: SeenTree | null): Promise<Finding> => {
  const able = await canVerify()
  const pin = parsePin(location.hash)
  const fragment = pin !== null ? 'read' : location.hash.length > 1 ? 'damaged' : 'none'
  const keys = able ? disclosure.keys.flatMap((text) => parseVerifierKey(text) ?? []) : []
  const reader = { keys, pins: null, witnesses: [] }
  const verdict = await verifyDisclosure(disclosure, reader, able ? pin : null, able ? memory : null)
  const kept = online && verdict.newest !== null && remember(disclosure.origin, verdict.newest)
  return { disclosure, verdict, able, fragment, memory, kept }
}

/** The base point of the curve stands in for a key: browsers without Ed25519 take none. */
const canVerify = async (): Promise<boolean> => {
  try {
    await crypto.subtle.importKey('raw', new Uint8Array(32).fill(0x66).fill(0x58, 0, 1), 'Ed25519', false, [
      'verify',
    ])
    return true
  } catch {
    return false
  }
}

const rowsAtOnce = 100

/**
 * What is shown from here on is what was checked: every row is made anew out of the evidence, in the place of those that
 * came along. In a long list, what a row opens to is made when it opens, or when the page is printed.
 */
const showRows = async ({ disclosure, verdict }: Finding): Promise<void> => {
  const marks = marksOf(verdict)
  const query = disclosure.range === null ? null : readCanonical(disclosure.query)
  const list = document.createElement('ol')
  list.id = 'rows'
  list.className = listClass(disclosure.entries.length)
  drop('rows')
  element('entries').append(list)
  const later = new Map<EventTarget | null, () => void>()
  const fill = (row: EventTarget | null): void => {
    later.get(row)?.()
    later.delete(row)
  }
  list.addEventListener('toggle', ({ target }) => fill(target), true)
  addEventListener('beforeprint', () => [...later.keys()].map(fill))
  let made = 0
  for (const { asked, entries } of runsOf(disclosure.entries, query)) {
    const into = asked ? list : gapIn(list, entries.length)
    for (const entry of entries) {
      const mark = marks(entry.seq)
      const row = createNode(h('details', null, entryLine(entry, mark)))
      later.set(row, () => row.append(...entryParts(entry, mark).map(createNode)))
      if (list.className === '') fill(row)
      const item = createNode(h('li', null))
      item.append(row)
      into.append(item)
      made += 1
      if (made % rowsAtOnce === 0) await turn()
    }
  }
}

const gapIn = (list: HTMLElement, count: number): HTMLElement => {
  const into = createNode(h('ol', null))
  const gap = createNode(h('details', null, h('summary', null, gapWords(count))))
  const item = createNode(h('li', { class: 'gap' }))
  gap.append(into)
  item.append(gap)
  list.append(item)
  return into
}

/** A row can be no better than the checkpoint it is checked against. */
const marksOf = (verdict: DisclosureVerdict): ((seq: number) => Mark) => {
  const sound =
    verdict.signed.by !== null && !verdict.contradictions.some(({ place }) => /checkpoint/.test(place))
  const judged = new Map(verdict.entries.map((one) => [one.seq, one]))
  return (seq) => {
    const details = judged.get(seq)?.contradictions.map(({ detail }) => detail) ?? []
    if (judged.get(seq)?.state !== 'proven') return { kind: 'contradicted', details }
    return { kind: sound ? 'proven' : 'unproven', details }
  }
}

check().catch(() => refuse('This page could not check itself.'))
