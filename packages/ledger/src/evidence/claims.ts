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
  const judgeWorkspace = createWorkspaceCheck()
  return {
    check(claims, header) {
      const place = `entry ${claims.seq}`
      const found = judgeClaims(claims, header)
      if (header === null) return found
      const foreign = judgeWorkspace(header.ws, place)
      if (foreign !== null) found.push(foreign)
      if (hidden.size > 0 && claims.members?.some((member) => 'name' in member && hidden.has(member.name)))
        found.push(contradiction('redaction', place, 'it shows a member that is said to be hidden'))
      return found
    },
  }
}

/** One workspace is all that rows of one log are of: the first one's. */
export const createWorkspaceCheck = () => {
  let workspace: string | null = null
  return (ws: string, place: string): Contradiction | null => {
    workspace ??= ws
    if (ws === workspace) return null
    return contradiction('workspace', place, 'it is of another workspace than the entries before it')
  }
}

/** What a row says against its own header; nothing of it depends on other rows. */
export const judgeClaims = (claims: Claims, header: EntryHeader | null): Contradiction[] => {
  const { seq, payload, members, erasedBy } = claims
  const place = `entry ${seq}`
  if (header === null) return [contradiction('unreadable', place, 'its bytes are not a header')]
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
