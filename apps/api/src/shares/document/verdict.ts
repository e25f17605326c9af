import type { Disclosure, DisclosureVerdict, SeenTree } from '@watchbill/ledger/share'
import { h, type VElement, type VNode } from './vnode.ts'

/** Everything the verdict is told from. */
export interface Finding {
  readonly disclosure: Disclosure
  readonly verdict: DisclosureVerdict
  /** False where the browser checks no signatures: on http addresses of others, and when it is too old. */
  readonly able: boolean
  /** The part behind `#`; none, or one that cannot be read, pins nothing. */
  readonly fragment: 'none' | 'damaged' | 'read'
  readonly memory: SeenTree | null
  /** Whether what was proven now could be kept for the next time. */
  readonly kept: boolean
}

/** Said first on any contradiction (SECURITY "An evidence byte changed: the page refuses"). */
export const refusal = '✕ CONTRADICTED: do not rely on this'

/** The verdict in parts, never a bare "valid" (SECURITY "Log, sealer, keys, restore"). */
export const verdictParts = (finding: Finding): VElement[] => {
  const { verdict } = finding
  return [
    h('p', { class: `lead ${kindOf(finding)}` }, leadOf(finding)),
    h('ul', { class: 'contradicted' }, ...against(verdict)),
    h(
      'dl',
      { class: 'facts' },
      ...part('Consistent', consistent(finding)),
      ...part('Signed by', ...signedBy(finding)),
      ...part(
        'Witnessed',
        'by 0 of none chosen by you: a page has no witnesses of yours; the command line takes them',
      ),
      ...part('Fresh as of', verdict.freshAs === null ? '–' : `${count(verdict.freshAs)} entries in the log`),
      ...part('History', history(finding)),
      ...part('Left out', leftOut(finding)),
    ),
  ]
}

export const kindOf = ({ verdict }: Pick<Finding, 'verdict'>): 'proven' | 'unproven' | 'contradicted' => {
  if (verdict.contradictions.length > 0) return 'contradicted'
  return verdict.signed.by === null || verdict.consistent !== 'yes' ? 'unproven' : 'proven'
}

const leadOf = (finding: Finding): string => {
  const kind = kindOf(finding)
  if (kind === 'contradicted') return refusal
  if (!finding.able) return '? Not proven: this browser cannot check signatures here'
  if (kind === 'unproven') return '? Not proven: no key of this log signed for it'
  const { entries, range } = finding.disclosure
  if (range !== null)
    return `✓ Entries ${count(range.from)} to ${count(range.to - 1)} stand in the log, none left out`
  return entries.length === 1
    ? '✓ This entry stands in the log'
    : `✓ These ${count(entries.length)} entries stand in the log`
}

const mostShown = 20

const against = ({ contradictions }: DisclosureVerdict): VNode[] => {
  const all = [...new Set(contradictions.map(({ place, detail }) => `${place}: ${detail}`))]
  const more = all.length - mostShown
  return [...all.slice(0, mostShown), ...(more > 0 ? [`and ${count(more)} more`] : [])].map((one) =>
    h('li', null, one),
  )
}

const consistent = ({ verdict, disclosure }: Finding): string => {
  if (verdict.consistent !== 'yes') return 'no'
  const all =
    disclosure.entries.length === 1 ? 'the entry fits' : `all ${count(disclosure.entries.length)} entries fit`
  return `yes: ${all} the checkpoint, header by header and member by member`
}

const signedBy = ({ verdict, able, fragment }: Finding): VNode[] => {
  if (!able)
    return [
      'not checked. Open the link over https or on the machine itself with a current browser, or keep this page as a file ' +
        'and use the command line',
    ]
  const print = verdict.signed.by === null ? 'nobody' : h('code', null, verdict.signed.by)
  if (verdict.pin === 'contradicts') return [print, ' ', h('b', null, 'not what your link pins')]
  if (verdict.pin === 'matches')
    return [print, ' pinned by you: your link names this key and this state of the log']
  const why =
    fragment === 'damaged'
      ? 'the part of your link behind # is damaged'
      : 'your link came without the part behind #'
  return [print, ` not pinned by you: ${why}`]
}

const history = ({ verdict, memory, kept, able }: Finding): string => {
  if (!able) return 'not checked'
  if (memory === null)
    return kept
      ? 'first seen by this browser, which remembers it from now on'
      : 'this browser remembers nothing here'
  const before = `the ${count(memory.size)} entries this browser saw before`
  if (verdict.history === 'extends') return `goes on from ${before}`
  if (verdict.history === 'unknown') return `nothing here connects it with ${before}`
  return verdict.freshAs !== null && verdict.freshAs < memory.size
    ? `✕ the log is shorter than ${before}`
    : `✕ does not go on from ${before}`
}

const leftOut = ({ verdict, disclosure: { range } }: Finding): string => {
  if (range === null) return 'What is shown is in the log; that something was left out is not excluded.'
  return verdict.complete
    ? `nothing from ${count(range.from)} to ${count(range.to - 1)}: every header is here`
    : '✕ not proven that every entry of the range is here'
}

const part = (name: string, ...value: VNode[]): VNode[] => [h('dt', null, name), h('dd', null, ...value)]

export const count = (value: number): string => value.toLocaleString('en-US')
