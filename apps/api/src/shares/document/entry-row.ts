import { type DisclosedEntry, type DisclosedMember, tryHeader } from '@watchbill/ledger/share'
import { reveal } from './reveal.ts'
import { type Said, sentenceOf } from './sentences.ts'
import { h, type VElement, type VNode } from './vnode.ts'

/** What whoever renders knows of an entry's proof; the server knows nothing. */
export interface Mark {
  readonly kind: 'unchecked' | 'proven' | 'unproven' | 'contradicted'
  /** Why it is contradicted. */
  readonly details: readonly string[]
}

const marks: Readonly<Record<Mark['kind'], string>> = {
  unchecked: '… unchecked',
  proven: '✓ proven',
  unproven: '? not proven',
  contradicted: '✕ CONTRADICTED',
}

/** One entry: a line that opens to everything that is told of it. The same on the server and in the checker. */
export const entryRow = (entry: DisclosedEntry, mark: Mark): VElement =>
  h('li', null, h('details', null, entryLine(entry, mark), ...entryParts(entry, mark)))

/** What stands there while it is closed. */
export const entryLine = (entry: DisclosedEntry, mark: Mark): VElement => {
  const header = tryHeader(entry.header)
  const said: Said = new Map(entry.members?.flatMap((one) => ('name' in one ? [[one.name, one.value]] : [])))
  const what =
    header === null ? ['What stands here is not an entry'] : sentenceOf(header.type, said, header.decision)
  return h(
    'summary',
    null,
    h('span', { class: `mark ${mark.kind}` }, marks[mark.kind]),
    h('span', { class: 'seq' }, String(entry.seq)),
    header === null ? h('span', null, '–') : h('time', null, utc(header.ts)),
    h('span', { class: 'what' }, ...what, entry.payload === 'shown' ? null : ` (${entry.payload})`),
    h('span', { class: 'agent' }, header?.agent?.slice(0, 12).concat('…') ?? '–'),
    h('span', { class: header?.decision ?? '' }, header?.decision ?? ''),
  )
}

/** What it opens to. */
export const entryParts = (entry: DisclosedEntry, { details }: Mark): VElement[] => [
  ...details.map((detail) => h('p', { class: 'contradicted' }, `✕ ${detail}`)),
  h(
    'dl',
    null,
    ...(entry.members ?? []).flatMap(memberParts),
    ...fact('payload', stateOf(entry)),
    ...fact('header', h('code', null, ...reveal(entry.header))),
    ...fact('leaf', h('code', null, entry.leaf)),
  ),
]

const stateOf = ({ payload, members, erasedBy }: DisclosedEntry): string => {
  if (payload === 'withheld')
    return 'Withheld: it never left its machine. The header commits to it all the same.'
  if (payload === 'erased') return `Erased for good; entry ${erasedBy} says by whom. Header and proof stay.`
  const hidden = members?.filter((one) => 'hash' in one).length ?? 0
  return hidden === 0
    ? 'Shown whole'
    : `${hidden} of ${members?.length} members hidden; they stand in the commitment`
}

const memberParts = (member: DisclosedMember): VNode[] =>
  'hash' in member
    ? fact('hidden', h('code', null, member.hash))
    : fact(h('bdi', null, ...reveal(member.name)), ...valueParts(member.value))

const fact = (name: VNode, ...value: VNode[]): VNode[] => [h('dt', null, name), h('dd', null, ...value)]

/** Characters shown before "show all". */
const most = 400

const valueParts = (value: unknown): VNode[] => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text.length <= most) return [h('code', null, ...reveal(text))]
  const all = h('summary', null, `show all ${text.length} characters`)
  return [
    h('code', { class: 'cut' }, ...reveal(text.slice(0, most)), '…'),
    h('details', { class: 'all' }, all, h('code', null, ...reveal(text))),
  ]
}

/** `2026-11-20 12:00:00.123`; the page says that times are UTC. */
const utc = (ms: number): string => new Date(ms).toISOString().slice(0, -1).replace('T', ' ')
