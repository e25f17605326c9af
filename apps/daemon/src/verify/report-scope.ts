import type { evidence } from '@watchbill/ledger'
import { visible } from './visible.ts'

/** What a share shows, what it hides, and what became of the page around it. */
export interface ShareFacts {
  readonly title: string
  readonly kind: evidence.Disclosure['kind']
  /** With names resolved to ids; '' for everything. */
  readonly query: string
  readonly range: evidence.Disclosure['range']
  readonly entries: number
  /** Size of the log when the scope was frozen. */
  readonly frozenAt: number | null
  /** Of a range: all headers are here. Of a selection nothing can be: omission is not excluded. */
  readonly complete: boolean
  /** Whether key and tree are those that the link names. */
  readonly pin: evidence.DisclosureVerdict['pin']
  readonly hidden: {
    /** Names of members the sharer hid. */
    readonly redacted: readonly string[]
    /** Members that are not shown, in all. */
    readonly members: number
    /** Entries whose payload never left its machine. */
    readonly withheld: number
    readonly erased: number
  }
  /** Entries that something speaks against. */
  readonly contradicted: readonly evidence.JudgedEntry[]
  /** The page's own checker. This program never runs it. */
  readonly script: {
    /** Hex; null when the page has none. */
    readonly sha256: string | null
    readonly released: boolean
    /** What else in the page could run, or is nothing we know. */
    readonly foreign: string | null
  }
}

/** Of an archive of entry files, and of an export. */
export interface CountedFacts {
  readonly entries: number
  /** Of those, behind the checkpoint: nothing proves them yet. */
  readonly pending: number
  readonly bad: number
  /** Place of the first that something speaks against. */
  readonly firstBad: number | null
}

/** Whether the page is one that we released, as it was. */
export const isOurs = ({ script }: ShareFacts): boolean => script.released && script.foreign === null

export const shareText = (share: ShareFacts): string[] => [
  `  title         ${visible(share.title)}`,
  `  shows         ${shownText(share)}`,
  `  hidden        ${hiddenText(share)}`,
  `  omission      ${omissionText(share)}`,
  `  pin           ${pinWords[share.pin]}`,
  `  checker       ${checkerText(share)}`,
]

export const countedText = ({ entries, pending, bad, firstBad }: CountedFacts): string[] => [
  `  entries       ${count(entries)}${pending === 0 ? '' : `, ${count(pending)} of them not proven yet`}`,
  ...(bad === 0
    ? []
    : [`  bad           ${count(bad)}${firstBad === null ? '' : `, first at place ${firstBad}`}`]),
]

const shownText = ({ entries, kind, query, frozenAt }: ShareFacts): string => {
  const what = kind === 'range' ? 'everything between two places' : 'chosen entries'
  const from = frozenAt === null ? '' : `, out of a log of ${count(frozenAt)}`
  return `${count(entries)} entries (${what})${from}${query === '' ? '' : `; query: ${visible(query)}`}`
}

const hiddenText = ({ hidden: { redacted, members, withheld, erased } }: ShareFacts): string => {
  const parts = [
    ...(redacted.length === 0 ? [] : [`by whoever shared it: ${redacted.map(visible).join(', ')}`]),
    ...(members === 0 ? [] : [`members not shown: ${count(members)}`]),
    ...(withheld === 0 ? [] : [`payloads that never left their machine: ${count(withheld)}`]),
    ...(erased === 0 ? [] : [`payloads erased: ${count(erased)}`]),
  ]
  return parts.length === 0 ? 'nothing' : parts.join('; ')
}

const omissionText = ({ range, complete }: ShareFacts): string => {
  if (range === null) return 'is not excluded: what is shown is in the log, but not all of the log is shown'
  return complete
    ? `excluded: every header from ${range.from} to ${range.to - 1} is here`
    : 'NOT EXCLUDED, though it says so: headers of its range are missing or contradicted'
}

const pinWords: Readonly<Record<ShareFacts['pin'], string>> = {
  none: 'not pinned by you: the part of the link behind the # was not given',
  matches: 'key and tree are those that your link names',
  contradicts: 'CONTRADICTED: your link names another key or another tree',
}

const checkerText = ({ script: { sha256, released, foreign } }: ShareFacts): string => {
  const which = sha256 === null ? 'there is none' : `SHA-256 ${sha256}`
  if (!released) return `UNRELEASED SCRIPT: ${which}; this program did not run it`
  if (foreign !== null) return `released (${which}), BUT ${visible(foreign)}: as good as an unreleased script`
  return `released by us (${which}); this program did not run it`
}

const count = (value: number): string => value.toLocaleString('en')
