import type { AuditEntry } from '@watchbill/contract/audit'
import { memberLevels } from '@watchbill/contract/events'
import { type CommittedMember, commitment, type DisclosedMember, type Payload } from '@watchbill/ledger'
import { instant } from '../identity/instant.ts'
import { textOf } from '../log/store.ts'
import type { EntryRow } from './entries-store.ts'

/** An entry as its readers get it. What was tampered with is shown as it stands, for their own check to refuse. */
export const viewEntry = (row: EntryRow, revealContent: boolean): AuditEntry => {
  const members = membersOf(row)
  return {
    seq: row.seq,
    header: textOf(row.header),
    receivedAt: instant(row.receivedAt),
    owner: row.producerNo === 0 ? 'control-plane' : (row.owner ?? 'unknown'),
    payload: row.erasedBy !== null ? 'erased' : members === null ? 'withheld' : 'shown',
    members: members?.map((member) => disclose(member, revealContent)) ?? null,
    erasedBy: row.erasedBy,
  }
}

/** Whether showing content would say more than leaving it out. */
export const holdsContent = (row: EntryRow): boolean =>
  membersOf(row)?.some(({ name }) => isContent(name)) ?? false

const contentNames: ReadonlySet<string> = new Set(
  Object.entries(memberLevels).flatMap(([name, level]) => (level === 'content' ? [name] : [])),
)
/** Whether members of this name are of level `content`. */
export const isContent = (name: string): boolean => contentNames.has(name)

/** Null where there is nothing to show; erased wins over what may still lie about. */
export const membersOf = ({ payload, salt, erasedBy }: EntryRow): readonly CommittedMember[] | null => {
  if (payload === null || salt === null || erasedBy !== null) return null
  try {
    return commitment.commitPayload(parsePayload(textOf(payload)), new Uint8Array(salt)).members
  } catch {
    // Not what was stored: no members at all contradict every commitment but that of an empty payload.
    return []
  }
}

const parsePayload = (text: string): Payload => {
  const value: unknown = JSON.parse(text)
  if (!isObject(value)) throw new TypeError('a payload is an object')
  return value
}

const isObject = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const disclose = ({ name, value, key, hash }: CommittedMember, revealContent: boolean): DisclosedMember =>
  isContent(name) && !revealContent ? { hash } : { name, value, key }
