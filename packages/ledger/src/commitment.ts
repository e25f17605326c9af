import { base64url } from './base64url.ts'
import { canonicalText } from './canonical.ts'
import { EntryError } from './entry-error.ts'
import type { EntryHeader } from './entry-header.ts'
import { bytesOf, type Digest, digestOf, putDigest } from './hash.ts'
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
const encoder = new TextEncoder()

/** A commitment, and what discloses it member by member. */
export interface Commitment {
  /** Base64url. */
  readonly commit: string
  /** In JCS key order; written out only when asked for. */
  readonly members: readonly CommittedMember[]
}

/**
 * Commits to a payload under 32 random bytes of salt (SECURITY "Entry and commitment"). Throws EntryError `salt`,
 * `members`, `value`.
 */
export const commitPayload = (payload: Payload, salt: Uint8Array): Commitment => {
  const drafts = draftMembers(payload, salt)
  return new PayloadCommitment(commitDrafts(drafts, salt), drafts)
}

class PayloadCommitment implements Commitment {
  readonly commit: string
  readonly #drafts: readonly MemberDraft[]
  constructor(commit: string, drafts: readonly MemberDraft[]) {
    this.commit = commit
    this.#drafts = drafts
  }
  get members(): readonly CommittedMember[] {
    return this.#drafts.map(({ name, value, key, hash }) => ({
      name,
      value,
      key: base64url.encode(bytesOf(key)),
      hash: base64url.encode(bytesOf(hash)),
    }))
  }
}

interface MemberDraft {
  readonly name: string
  readonly value: unknown
  /** JCS([name, value]) */
  readonly text: string
  key: Digest
  hash: Digest
}

/** All that may run code of others (getters) happens here, before the first hash. */
const draftMembers = (payload: Payload, salt: Uint8Array): MemberDraft[] => {
  if (salt.length !== saltBytes) {
    throw new EntryError('salt', `the salt has ${salt.length} bytes instead of ${saltBytes}`)
  }
  // JCS key order (RFC 8785 §3.2.3): UTF-16 code units.
  const names = Object.keys(payload).sort()
  if (names.length > maxMembers) {
    throw new EntryError('members', `the payload has ${names.length} members, more than ${maxMembers}`)
  }
  return names.map((name) => {
    const value = payload[name]
    return { name, value, text: memberText(name, value), key: '', hash: '' }
  })
}

/** 0x10 ‖ salt ‖ u8(i), and 0x12 ‖ u8(n) ‖ c_0 ‖ …: kept, since allocating them costs more than hashing them. */
const keyInput = new Uint8Array(2 + saltBytes)
const commitInput = new Uint8Array(2 + 32 * maxMembers)

const commitDrafts = (drafts: readonly MemberDraft[], salt: Uint8Array): string => {
  keyInput[0] = 0x10
  keyInput.set(salt, 1)
  let at = 2
  let index = 0
  for (const draft of drafts) {
    keyInput[1 + saltBytes] = index
    draft.key = digestOf(keyInput)
    draft.hash = memberHash(draft.key, draft.text)
    putDigest(draft.hash, commitInput, at)
    at += 32
    index += 1
  }
  commitInput[0] = 0x12
  commitInput[1] = drafts.length
  return base64url.encode(bytesOf(digestOf(commitInput.subarray(0, at))))
}

/** Whether the header commits to exactly this payload under this salt; false for anything that cannot be committed to. */
export const checkPayload = (
  header: Pick<EntryHeader, 'commit'>,
  payload: Payload,
  salt: Uint8Array,
): boolean => verdict(() => commitDrafts(draftMembers(payload, salt), salt) === header.commit)

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
const hashOf = (member: DisclosedMember): Digest => {
  if (!('hash' in member)) return memberHash(bytes32(member.key), memberText(member.name, member.value))
  if (Object.keys(member).length > 1) throw new EntryError('value', 'a member is either shown or hidden')
  return bytes32(member.hash)
}

/** Keys ascend strictly, so one payload cannot be shown as two. */
const inOrder = (members: readonly DisclosedMember[]): boolean => {
  let before: string | null = null
  for (const member of members) {
    if ('hash' in member) continue
    // By UTF-16 code units, as JCS sorts.
    if (before !== null && member.name <= before) return false
    before = member.name
  }
  return true
}

/** 0x11 ‖ k_i ‖ JCS([name, value]) */
const memberInput = new Uint8Array(2048)
const textStart = 33

const memberHash = (key: Digest, text: string): Digest => {
  // At most three bytes for each UTF-16 code unit.
  const fits = text.length * 3 <= memberInput.length - textStart
  const input = fits ? memberInput : new Uint8Array(textStart + text.length * 3)
  input[0] = 0x11
  putDigest(key, input, 1)
  return digestOf(input.subarray(0, textStart + putText(text, input)))
}

/** Up to this length a text is copied character by character: calling the encoder costs more than a short text does. */
const shortText = 160

/** UTF-8 from `textStart` on; bytes written. */
const putText = (text: string, into: Uint8Array): number => {
  const { length } = text
  if (length > shortText) return encoder.encodeInto(text, into.subarray(textStart)).written
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) return encoder.encodeInto(text, into.subarray(textStart)).written
    into[textStart + index] = code
  }
  return length
}

/** JCS([name, value]). */
const memberText = (name: string, value: unknown): string => {
  try {
    return `[${canonicalText(name)},${canonicalText(value)}]`
  } catch (cause) {
    throw new EntryError(
      'value',
      'a member of the payload has no canonical form',
      formatPointer([name]),
      cause,
    )
  }
}

/** The hashes are there by now: nothing of others runs while the input is put together. */
const commitTo = (hashes: readonly Digest[]): string => {
  commitInput[0] = 0x12
  commitInput[1] = hashes.length
  let at = 2
  for (const hash of hashes) {
    putDigest(hash, commitInput, at)
    at += 32
  }
  return base64url.encode(bytesOf(digestOf(commitInput.subarray(0, at))))
}

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
