import { base64url } from './base64url.ts'
import { canonicalize } from './canonical.ts'
import type { EntryHeader } from './entry.ts'
import { EntryError } from './entry-error.ts'
import { taggedHash } from './hash.ts'
import { formatPointer } from './json-error.ts'

/** Small facts about an event, stored apart from its header. */
export type Payload = Readonly<Record<string, unknown>>

/** A payload member with what shows it (`key`) or stands in for it (`hash`); both base64url of 32 bytes. */
export interface CommittedMember {
  readonly name: string
  readonly value: unknown
  /** k_i: reveals nothing of the salt or of another member. */
  readonly key: string
  /** c_i */
  readonly hash: string
}

/** What a redacted payload says of one member: all of it, or only that it is there. */
export type DisclosedMember = Pick<CommittedMember, 'name' | 'value' | 'key'> | Pick<CommittedMember, 'hash'>

const maxMembers = 32
const saltBytes = 32

/**
 * Commits to a payload under 32 random bytes of salt (SECURITY "Entry and commitment"): `commit` in base64url, members
 * in JCS key order. Throws EntryError `salt`, `members`, `value`.
 */
export const commitPayload = (
  payload: Payload,
  salt: Uint8Array,
): { readonly commit: string; readonly members: readonly CommittedMember[] } => {
  const members = hashMembers(payload, salt)
  return {
    commit: commitTo(members.map(({ hash }) => hash)),
    members: members.map(({ name, key, hash }) => ({
      name,
      value: payload[name],
      key: base64url.encode(key),
      hash: base64url.encode(hash),
    })),
  }
}

const hashMembers = (payload: Payload, salt: Uint8Array) => {
  if (salt.length !== saltBytes) {
    throw new EntryError('salt', `the salt has ${salt.length} bytes instead of ${saltBytes}`)
  }
  // JCS key order (RFC 8785 §3.2.3): UTF-16 code units.
  const names = Object.keys(payload).sort()
  if (names.length > maxMembers) {
    throw new EntryError('members', `the payload has ${names.length} members, more than ${maxMembers}`)
  }
  return names.map((name, index) => {
    const key = taggedHash(0x10, salt, Uint8Array.of(index))
    return { name, key, hash: memberHash(key, name, payload[name]) }
  })
}

/** Whether the header commits to exactly this payload under this salt; false for anything that cannot be committed to. */
export const checkPayload = (
  header: Pick<EntryHeader, 'commit'>,
  payload: Payload,
  salt: Uint8Array,
): boolean => verdict(() => commitTo(hashMembers(payload, salt).map(({ hash }) => hash)) === header.commit)

/** Whether the header commits to a payload with exactly these members at these places, hidden ones unseen. */
export const checkDisclosure = (
  header: Pick<EntryHeader, 'commit'>,
  members: readonly DisclosedMember[],
): boolean =>
  verdict(() => {
    if (members.length > maxMembers || !inOrder(members)) return false
    return commitTo(members.map(hashOf)) === header.commit
  })

/** A member that says both is refused: what a reader is shown would not be what was checked. */
const hashOf = (member: DisclosedMember): Uint8Array => {
  if (!('hash' in member)) return memberHash(bytes32(member.key), member.name, member.value)
  if (Object.keys(member).length > 1) throw new EntryError('value', 'a member is either shown or hidden')
  return bytes32(member.hash)
}

/** Keys ascend strictly, so one payload cannot be shown as two. */
const inOrder = (members: readonly DisclosedMember[]): boolean => {
  const names = members.flatMap((member) => ('hash' in member ? [] : [member.name]))
  return JSON.stringify([...new Set(names)].sort()) === JSON.stringify(names)
}

const memberHash = (key: Uint8Array, name: string, value: unknown): Uint8Array =>
  taggedHash(0x11, key, canonicalMember(name, value))

const canonicalMember = (name: string, value: unknown): Uint8Array => {
  try {
    return canonicalize([name, value])
  } catch (cause) {
    throw new EntryError(
      'value',
      'a member of the payload has no canonical form',
      formatPointer([name]),
      cause,
    )
  }
}

const commitTo = (hashes: readonly Uint8Array[]): string =>
  base64url.encode(taggedHash(0x12, Uint8Array.of(hashes.length), ...hashes))

const bytes32 = (text: string): Uint8Array => {
  const bytes = base64url.decode(text)
  if (bytes === null || bytes.length !== 32) {
    throw new EntryError('length', 'a key or a hash is 32 bytes in base64url')
  }
  return bytes
}

/** Evidence that cannot be read is evidence that does not hold. */
const verdict = (check: () => boolean): boolean => {
  try {
    return check()
  } catch {
    return false
  }
}
