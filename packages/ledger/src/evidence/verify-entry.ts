import { checkDisclosure } from '../commitment.ts'
import { parseHeader } from '../entry.ts'
import { leafHash } from '../merkle/hashes.ts'
import { checkInclusion } from '../merkle/verify.ts'
import { parseEntryFile } from './entry-file.ts'
import { judgeNote } from './judge-note.ts'
import { contradiction, type Reader, unreadableVerdict, type Verdict } from './verdict.ts'

/** Whether the entry in a file (`parseEntryFile`) stands in the log whose checkpoint the file carries. Never throws. */
export const verifyEntry = async (file: string, reader: Reader): Promise<Verdict> => {
  const parsed = parseEntryFile(file)
  if (parsed === null)
    return unreadableVerdict(
      [contradiction('unreadable', 'file', 'this is not an entry with its proof')],
      reader,
    )
  const { header, members, index, hashes } = parsed
  const { checkpoint, ...judged } = await judgeNote(parsed.checkpoint, reader, 'checkpoint')
  if (checkpoint === null) return unreadableVerdict(judged.contradictions, reader)
  const { size, root } = checkpoint
  const contradictions = [...judged.contradictions]
  if (!checkInclusion(leafHash(header), index, size, hashes, root))
    contradictions.push(
      contradiction('inclusion', `entry ${index}`, 'the checkpoint does not contain it here'),
    )
  if (members !== null && !checkDisclosure(parseHeader(header), members))
    contradictions.push(
      contradiction('commitment', `entry ${index}`, 'its header commits to another payload'),
    )
  return verdictOf({ ...judged, contradictions }, size)
}

/** The verdict once everything was looked at. */
export const verdictOf = (
  judged: Pick<Verdict, 'signed' | 'witnessed' | 'contradictions'>,
  size: number,
): Verdict => ({
  consistent: judged.contradictions.length > 0 ? 'no' : 'yes',
  signed: judged.signed,
  witnessed: judged.witnessed,
  freshAs: judged.signed.by === null ? null : size,
  contradictions: judged.contradictions,
})
