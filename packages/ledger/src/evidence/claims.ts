import { checkDisclosure } from '../commitment.ts'
import type { EntryHeader } from '../entry-header.ts'
import type { DisclosedEntry } from './disclosure.ts'
import { type Contradiction, contradiction } from './verdict.ts'

/** What a row says of its entry beyond the header. */
export type Claims = Pick<DisclosedEntry, 'seq' | 'payload' | 'members' | 'erasedBy'>

export interface ClaimCheck {
  /** What a row says against its own header, and against the rows before it. */
  check(claims: Claims, header: EntryHeader | null): Contradiction[]
}

/** Checks rows of one log, one after the other. `redacted`: names that no row may show. */
export const createClaimCheck = (redacted: readonly string[]): ClaimCheck => {
  const hidden = new Set(redacted)
  let workspace: string | null = null
  return {
    check(claims, header) {
      const place = `entry ${claims.seq}`
      if (header === null) return [contradiction('unreadable', place, 'its bytes are not a header')]
      const found = judgeClaims(claims, header, place)
      workspace ??= header.ws
      if (header.ws !== workspace)
        found.push(contradiction('workspace', place, 'it is of another workspace than the entries before it'))
      if (hidden.size > 0 && claims.members?.some((member) => 'name' in member && hidden.has(member.name)))
        found.push(contradiction('redaction', place, 'it shows a member that is said to be hidden'))
      return found
    },
  }
}

const judgeClaims = ({ seq, payload, members, erasedBy }: Claims, header: EntryHeader, place: string) => {
  const found: Contradiction[] = []
  if (members !== null && !checkDisclosure(header, members))
    found.push(contradiction('commitment', place, 'its header commits to another payload'))
  // Whoever erased an entry did so in a later one.
  const agrees =
    (payload === 'shown') === (members !== null) &&
    (payload === 'erased') === (erasedBy !== null) &&
    (erasedBy === null || erasedBy > seq)
  if (!agrees)
    found.push(contradiction('commitment', place, 'what is said of its payload does not agree with itself'))
  return found
}
