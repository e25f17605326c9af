import { parseHeader } from '../entry.ts'
import { leafHash } from '../merkle/hashes.ts'
import { checkRange } from '../merkle/verify.ts'
import { judgeNote } from './judge-note.ts'
import { type Contradiction, contradiction, type Reader, unreadableVerdict, type Verdict } from './verdict.ts'
import { verdictOf } from './verify-entry.ts'

/** Headers that claim to be all there is between two places of a log. */
export interface Range {
  /** Place of the first. */
  readonly from: number
  /** Exact bytes, in the order of the log. */
  readonly headers: readonly Uint8Array[]
  /** `merkle.planRange` */
  readonly hashes: readonly Uint8Array[]
  /** Signed note. */
  readonly checkpoint: string
}

/** Whether exactly these entries stand there, none left out and none added. Never throws. */
export const verifyRange = async (range: Range, reader: Reader): Promise<Verdict> => {
  const { from, headers, hashes } = range
  const { checkpoint, ...judged } = await judgeNote(range.checkpoint, reader, 'checkpoint')
  if (checkpoint === null) return unreadableVerdict(judged.contradictions, reader)
  const contradictions = [...judged.contradictions, ...unreadable(headers, from)]
  const leaves = headers.map(leafHash)
  if (!checkRange(leaves, from, checkpoint.size, hashes, checkpoint.root)) {
    const place = `entries ${from} to ${from + headers.length - 1}`
    contradictions.push(
      contradiction('range', place, 'these are not all the entries the checkpoint has there'),
    )
  }
  return verdictOf({ ...judged, contradictions }, checkpoint.size)
}

const unreadable = (headers: readonly Uint8Array[], from: number): Contradiction[] =>
  headers.flatMap((bytes, index) => {
    try {
      parseHeader(bytes)
      return []
    } catch {
      return [contradiction('unreadable', `entry ${from + index}`, 'its bytes are not a header')]
    }
  })
