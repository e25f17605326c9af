import { base64url } from '../base64url.ts'
import { canonicalize } from '../canonical.ts'
import type { DisclosedMember } from '../commitment.ts'
import { parseHeader } from '../entry.ts'
import { parseJson } from '../parse-json.ts'
import { hasNames, isMembers, isText } from './json-shape.ts'
import { formatTlogProof, parseTlogProof, type TlogProof } from './tlog-proof.ts'

/** One entry and what proves it: a tlog-proof whose `extra` is the canonical JSON `{header, members}`. */
export interface EntryFile extends Omit<TlogProof, 'extra'> {
  /** The exact bytes whose hash is the leaf. */
  readonly header: Uint8Array
  /** In JCS key order; null when nothing of the payload is told. */
  readonly members: readonly DisclosedMember[] | null
}

/** Throws EntryError for a header, RangeError for anything else that `parseEntryFile` would refuse. */
export const formatEntryFile = ({ header, members, index, hashes, checkpoint }: EntryFile): string => {
  parseHeader(header)
  const extra = canonicalize({ header: new TextDecoder().decode(header), members })
  const text = formatTlogProof({ extra, index, hashes, checkpoint })
  if (parseEntryFile(text) === null) throw new RangeError('a member is neither shown nor hidden')
  return text
}

/** TRUST BOUNDARY: null for any other spelling. The header has the form of one; nothing is proven yet. */
export const parseEntryFile = (text: string): EntryFile | null => {
  const proof = parseTlogProof(text)
  const said = proof?.extra ? parseExtra(proof.extra) : null
  if (proof === null || said === null) return null
  const { index, hashes, checkpoint } = proof
  return { ...said, index, hashes, checkpoint }
}

const parseExtra = (bytes: Uint8Array): Pick<EntryFile, 'header' | 'members'> | null => {
  try {
    const value = parseJson(bytes)
    if (!hasNames(value, ['header', 'members'])) return null
    const { header: text, members } = value
    if (!isText(text) || !isMembers(members)) return null
    if (base64url.encode(canonicalize(value)) !== base64url.encode(bytes)) return null
    const header = new TextEncoder().encode(text)
    parseHeader(header)
    return { header, members }
  } catch {
    return null
  }
}
