import { base64url, evidence, notes } from '@watchbill/ledger'
import type { Seen } from './memory.ts'
import { meetsQuorum } from './policy.ts'
import { holds, type Report } from './report.ts'
import type { ShareFacts } from './report-scope.ts'
import { readSharePage, type SharePage } from './share-page.ts'
import { gatherKeys, type TrustedKeys } from './trusted-keys.ts'
import type { VerifyOptions } from './verify-log.ts'

/** A share document, wherever it came from. */
export interface ShareSource {
  readonly where: string
  /** Of the link it was opened by; null for a file, and for a link without. */
  readonly pin: evidence.Pin | null
  /** It comes from the log's own server now: a log that is shorter than what was seen has shrunk. A kept file is just old. */
  readonly live: boolean
  /** Its HTML, with what proves that the log goes on from a size, where the source can be asked. */
  read(seen: number | null): Promise<string>
}

/**
 * Checks what a share document holds with our own code; its own program is compared and never run. Remembers the newest tree it
 * speaks of, where the reader pinned its key and it extends what was seen. Throws only where the source does not answer.
 */
export const verifyShare = async (
  source: ShareSource,
  options: VerifyOptions,
  released: ReadonlySet<string>,
): Promise<Report> => {
  const { page, disclosure, seen } = await readShare(source, options)
  if (disclosure === null) return unreadable(source, page)
  const keys = gatherKeys({
    origin: disclosure.origin,
    pin: options.pin,
    policy: options.policy,
    remembered: seen?.vkey ?? null,
    offered: disclosure.keys.join('\n'),
  })
  const verdict = await evidence.verifyDisclosure(
    disclosure,
    readerOf(keys, options),
    source.pin,
    comparable(source, disclosure, seen),
  )
  const report: Report = {
    kind: 'share',
    where: source.where,
    origin: disclosure.origin,
    size: sizeOf(newestOf(disclosure)),
    consistent: verdict.consistent,
    signed: await pinnedBy(verdict.signed, disclosure, keys),
    witnessed: { ...verdict.witnessed, enough: await enough(disclosure, options) },
    freshAs: verdict.freshAs,
    seenBefore: seen === null ? null : { size: seen.size, extends: extended[verdict.history] },
    contradictions: verdict.contradictions.slice(0, mostContradictions),
    entry: null,
    share: factsOf(disclosure, verdict, page, released),
  }
  await remember(report, verdict, keys, options)
  return report
}

/** Of the whole report; each entry that is contradicted says why besides. */
const mostContradictions = 100
const extended = { first: 'unknown', extends: 'yes', unknown: 'unknown', contradicts: 'no' } as const

const readShare = async (source: ShareSource, { memory }: VerifyOptions) => {
  const page = readSharePage(await source.read(null))
  const disclosure = page.evidence === null ? null : evidence.parseDisclosure(page.evidence)
  const seen = disclosure === null ? null : await memory.read(disclosure.origin)
  if (disclosure === null || seen === null || !source.live || !isBetween(disclosure, seen.size))
    return { page, disclosure, seen }
  const again = readSharePage(await source.read(seen.size))
  return {
    page: again,
    disclosure: again.evidence === null ? null : evidence.parseDisclosure(again.evidence),
    seen,
  }
}

/** Only a proof tells whether a tree between the frozen and the newest one, or before both, is the log's. */
const isBetween = (disclosure: evidence.Disclosure, size: number): boolean =>
  size < (sizeOf(newestOf(disclosure)) ?? 0) && size !== sizeOf(disclosure.checkpoint)

const comparable = (
  { live }: ShareSource,
  disclosure: evidence.Disclosure,
  seen: Seen | null,
): evidence.SeenTree | null =>
  seen === null || (!live && seen.size > (sizeOf(newestOf(disclosure)) ?? 0)) ? null : treeOf(seen)

const newestOf = ({ newest, checkpoint }: evidence.Disclosure): string => newest?.checkpoint ?? checkpoint

const sizeOf = (note: string): number | null =>
  notes.parseCheckpoint(notes.parseNote(note)?.text ?? '')?.size ?? null

const treeOf = ({ size, root }: Seen): evidence.SeenTree => ({ size, root: base64url.encode(root) })

const readerOf = ({ candidates, pinned }: TrustedKeys, { policy }: VerifyOptions): evidence.Reader => ({
  keys: candidates,
  pins: pinned === null ? null : [...pinned].map(notes.fingerprintOf),
  witnesses: [...(policy?.witnesses.values() ?? [])],
})

/** The link's key is as good as the reader's own, but takes the place of none: what was named or seen before has to have signed. */
const pinnedBy = async (
  signed: Report['signed'],
  { checkpoint }: evidence.Disclosure,
  { candidates, pinned }: TrustedKeys,
): Promise<Report['signed']> => {
  if (pinned === null) return signed
  const own = await notes.verifyNote(
    checkpoint,
    candidates.filter(({ text }) => pinned.has(text)),
  )
  return own.verified.length > 0 ? signed : { ...signed, pinned: 'no' }
}

const enough = async (
  { checkpoint }: evidence.Disclosure,
  { policy }: VerifyOptions,
): Promise<boolean | null> => {
  if (policy === null) return null
  const { verified } = await notes.verifyNote(checkpoint, [...policy.witnesses.values()])
  return meetsQuorum(policy, new Set(verified.map(({ text }) => text)))
}

const factsOf = (
  disclosure: evidence.Disclosure,
  verdict: evidence.DisclosureVerdict,
  page: SharePage,
  released: ReadonlySet<string>,
): ShareFacts => {
  const { title, kind, query, range, entries, redacted } = disclosure
  const members = entries.flatMap((entry) => entry.members ?? [])
  return {
    ...{ title, kind, query, range, entries: entries.length, frozenAt: sizeOf(disclosure.checkpoint) },
    complete: verdict.complete,
    pin: verdict.pin,
    hidden: {
      redacted,
      members: members.filter((member) => 'hash' in member).length,
      withheld: entries.filter(({ payload }) => payload === 'withheld').length,
      erased: entries.filter(({ payload }) => payload === 'erased').length,
    },
    contradicted: verdict.entries.filter(({ state }) => state === 'contradicted'),
    script: scriptOf(page, released),
  }
}

const scriptOf = (
  { scriptSha256, foreign }: SharePage,
  released: ReadonlySet<string>,
): ShareFacts['script'] => ({
  sha256: scriptSha256,
  released: scriptSha256 !== null && released.has(scriptSha256),
  foreign,
})

const remember = async (
  report: Report,
  { newest, signed }: evidence.DisclosureVerdict,
  { candidates }: TrustedKeys,
  { memory }: VerifyOptions,
): Promise<void> => {
  const root = newest === null ? null : base64url.decode(newest.root)
  const key = candidates.find(({ text }) => notes.fingerprintOf(text) === signed.by)
  const { origin, seenBefore } = report
  if (newest === null || root === null || key === undefined || origin === null) return
  // Anybody can make a document that names this origin: only a key of the reader's choice is taken to be the log's.
  if (holds(report) && report.signed.pinned === 'yes' && newest.size >= (seenBefore?.size ?? 0))
    await memory.write({ origin, size: newest.size, root, vkey: key.text })
}

const unreadable = ({ where }: ShareSource, { evidence: text }: SharePage): Report => ({
  kind: 'share',
  where,
  origin: null,
  size: null,
  consistent: 'no',
  signed: { by: null, pinned: 'not asked' },
  witnessed: { count: 0, of: 0, names: [], enough: null },
  freshAs: null,
  seenBefore: null,
  contradictions: [
    {
      place: 'file',
      kind: 'unreadable',
      detail: text === null ? 'this is no share document' : 'its evidence is not of the form we write',
    },
  ],
  entry: null,
})
