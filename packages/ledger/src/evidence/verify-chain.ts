import { base64url } from '../base64url.ts'
import { checkDisclosure, type DisclosedMember } from '../commitment.ts'
import { parseHeader } from '../entry.ts'
import type { EntryHeader } from '../entry-header.ts'
import { sha256 } from '../hash.ts'
import { leafHash } from '../merkle/hashes.ts'
import { verifySignature } from '../notes/ed25519.ts'
import { formatSealText } from './seal-text.ts'
import { type Contradiction, contradiction, type Verdict } from './verdict.ts'

/** Entries of one producer that claim to follow upon each other without a gap. */
export interface Chain {
  readonly entries: readonly ChainEntry[]
  /** Ed25519 public keys of its machine that the reader holds for true; null when there was nobody to ask. */
  readonly machineKeys: readonly Uint8Array[] | null
}

export interface ChainEntry {
  /** Exact bytes. */
  readonly header: Uint8Array
  /** What is told of the payload; a seal counts only when all of it is. */
  readonly members: readonly DisclosedMember[] | null
}

/**
 * Whether entries are one producer's unbroken chain, and how far its machine signed for it: `signed.by` is the base64url
 * SHA-256 of the machine's public key, `freshAs` the count of entries signed for. Never throws.
 */
export const verifyChain = async ({ entries, machineKeys }: Chain): Promise<Verdict> => {
  const links = entries.map(readLink)
  const contradictions = links.flatMap((link, index) => judgeLink(link, links[index - 1], index))
  let signed: Verdict['signed'] = { by: null, pinned: machineKeys === null ? 'not asked' : 'no' }
  let freshAs: number | null = null
  for (const link of links) {
    if (link.header?.type !== 'producer.sealed' || link.members === null) continue
    const seal = await judgeSeal(link.header, link.members, machineKeys)
    if ('kind' in seal) contradictions.push(seal)
    else [signed, freshAs] = [seal.signed, link.header.pseq]
  }
  return {
    consistent: contradictions.length > 0 ? 'no' : links.length === 0 ? 'unknown' : 'yes',
    signed,
    witnessed: { count: 0, of: 0, names: [] },
    freshAs,
    contradictions,
  }
}

interface Link {
  /** Null when the bytes are none. */
  readonly header: EntryHeader | null
  readonly leaf: string
  readonly members: readonly DisclosedMember[] | null
}

const readLink = ({ header: bytes, members }: ChainEntry): Link => {
  const leaf = base64url.encode(leafHash(bytes))
  try {
    return { header: parseHeader(bytes), leaf, members }
  } catch {
    return { header: null, leaf, members }
  }
}

const judgeLink = (
  { header, leaf, members }: Link,
  before: Link | undefined,
  index: number,
): Contradiction[] => {
  if (header === null) return [contradiction('unreadable', `link ${index}`, 'its bytes are not a header')]
  const place = `pseq ${header.pseq}`
  const found: Contradiction[] = []
  if (members !== null && !checkDisclosure(header, members))
    found.push(contradiction('commitment', place, 'its header commits to another payload'))
  const last = before?.header
  if (!before || !last) return found
  if (header.producer !== last.producer || header.ws !== last.ws)
    found.push(contradiction('producer', place, 'another producer wrote it'))
  else if (header.pseq === last.pseq)
    found.push(
      leaf === before.leaf
        ? contradiction('order', place, 'it is given twice')
        : contradiction('equivocation', place, 'there are two entries with this number'),
    )
  else if (header.pseq < last.pseq) found.push(contradiction('order', place, `it comes after ${last.pseq}`))
  else if (header.pseq > last.pseq + 1)
    found.push(contradiction('gap', place, `${header.pseq - last.pseq - 1} entries before it are missing`))
  else if (header.prev !== before.leaf)
    found.push(contradiction('prev', place, 'it follows upon another entry than the one before it'))
  return found
}

/** A seal signs for the entry right before it: leaf and number come from the chain, never from the payload alone. */
const judgeSeal = async (
  { ws, producer, pseq, prev }: EntryHeader,
  members: readonly DisclosedMember[],
  machineKeys: Chain['machineKeys'],
): Promise<Contradiction | Pick<Verdict, 'signed'>> => {
  const place = `pseq ${pseq}`
  const said = new Map(members.flatMap((member) => ('name' in member ? [[member.name, member.value]] : [])))
  const [key, signature] = [bytesOf(said.get('key')), bytesOf(said.get('signature'))]
  if (said.get('pseq') !== pseq - 1 || said.get('leaf') !== prev || key === null || signature === null)
    return contradiction('seal', place, 'it does not sign for the entry before it')
  const pinned = machineKeys?.some((known) => String(known) === String(key))
  if (pinned === false) return contradiction('key', place, 'its key is not one of this machine')
  const text = formatSealText({ ws, producer, pseq: pseq - 1, leaf: prev })
  if (!(await verifySignature(key, text, signature)))
    return contradiction('seal', place, 'its signature does not hold')
  return { signed: { by: base64url.encode(sha256(key)), pinned: pinned === true ? 'yes' : 'not asked' } }
}

const bytesOf = (value: unknown): Uint8Array | null =>
  typeof value === 'string' ? base64url.decode(value) : null
