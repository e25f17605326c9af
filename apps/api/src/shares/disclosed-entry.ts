import { type AuditQuery, matchEntry } from '@watchbill/contract/audit-query'
import type { CommittedMember, DisclosedMember, evidence } from '@watchbill/ledger'
import { tryHeader } from '@watchbill/ledger/share'
import type { EntryRow } from '../audit/entries-store.ts'
import { isContent, membersOf } from '../audit/entry-view.ts'
import { textOf } from '../log/store.ts'
import { headerFacts } from './document/header-facts.ts'

/** What a share tells of each of its entries. */
export interface Telling {
  /** Of a range: what is told in full, the others by header only; null: everything. */
  readonly asked: AuditQuery | null
  readonly redacted: ReadonlySet<string>
  readonly content: boolean
}

/**
 * TRUST BOUNDARY: an entry as an outsider gets it. A hidden member is its commitment hash and nothing else; the salt never
 * leaves. What was tampered with is shown as it stands; `row` undefined: it is gone.
 */
export const discloseEntry = (
  seq: number,
  row: EntryRow | undefined,
  leaf: string,
  telling: Telling,
): evidence.DisclosedEntry => {
  if (row === undefined) return { seq, header: '', leaf, payload: 'withheld', members: null, erasedBy: null }
  const header = textOf(row.header)
  const { asked, redacted, content } = telling
  const told = asked === null || matchEntry(asked, headerFacts(seq, tryHeader(header)))
  const isShown = (name: string) => told && !redacted.has(name) && (content || !isContent(name))
  const members = membersOf(row)?.map((member) => disclose(member, isShown(member.name))) ?? null
  const payload = row.erasedBy !== null ? 'erased' : members === null ? 'withheld' : 'shown'
  return { seq, header, leaf, payload, members, erasedBy: row.erasedBy }
}

const disclose = ({ name, value, key, hash }: CommittedMember, shown: boolean): DisclosedMember =>
  shown ? { name, value, key } : { hash }
