import { checkConsistency } from '../merkle/verify.ts'
import { judgeNote } from './judge-note.ts'
import { contradiction, type Reader, unreadableVerdict, type Verdict } from './verdict.ts'
import { verdictOf } from './verify-entry.ts'

/** Two signed checkpoints of one log, and what connects them. */
export interface Extension {
  /** Signed note. */
  readonly older: string
  readonly newer: string
  /** RFC 6962 consistency proof. */
  readonly hashes: readonly Uint8Array[]
}

/** Whether the newer checkpoint's log begins with the older one's; the other parts are about the newer. Never throws. */
export const verifyExtension = async (
  { older, newer, hashes }: Extension,
  reader: Reader,
): Promise<Verdict> => {
  const before = await judgeNote(older, reader, 'older checkpoint')
  const { checkpoint: now, ...judged } = await judgeNote(newer, reader, 'newer checkpoint')
  const contradictions = [...before.contradictions, ...judged.contradictions]
  if (before.checkpoint === null || now === null) return unreadableVerdict(contradictions, reader)
  const then = before.checkpoint
  if (then.origin !== now.origin)
    contradictions.push(contradiction('origin', 'newer checkpoint', 'it is about another log'))
  if (!checkConsistency(then.size, now.size, hashes, then.root, now.root))
    contradictions.push(
      contradiction('history', `size ${then.size}`, `the log of ${now.size} is not proven to begin with it`),
    )
  return verdictOf({ ...judged, contradictions }, now.size)
}
