import {
  createExportCheck,
  formatDisclosure,
  formatExportEnd,
  formatExportEntry,
  formatExportGap,
  formatExportHead,
  parseDisclosure,
  parseExportLine,
  parsePin,
  type SeenTree,
  verifyDisclosure,
} from '../evidence/index.ts'
import { type ReaderText, readReader, summaryOf } from './reader-text.ts'
import { differ, readVector } from './vector-reading.ts'

interface DisclosureVector {
  readonly text: string
  readonly reader: ReaderText
  readonly pin: string | null
  readonly memory: SeenTree | null
  /** Null when the text is none. */
  readonly verdict: unknown
}

export const checkDisclosureVector = async (bytes: Uint8Array): Promise<string | null> => {
  const { text, reader, pin, memory, verdict } = readVector<DisclosureVector>(bytes)
  const parsed = parseDisclosure(text)
  if (parsed === null || verdict === null) return differ(parsed, verdict)
  const named = pin === null ? null : parsePin(pin)
  if (pin !== null && named === null) return 'its pin does not parse'
  const made = await verifyDisclosure(parsed, readReader(reader), named, memory)
  const states = made.entries.map(({ state }) => state)
  const { history, complete, newest } = made
  return (
    differ(formatDisclosure(parsed), text) ??
    differ({ ...summaryOf(made), states, pin: made.pin, history, complete, newest }, verdict)
  )
}

interface ExportVector {
  readonly lines: readonly string[]
  readonly reader: ReaderText
  readonly verdict: unknown
}

export const checkExportVector = async (bytes: Uint8Array): Promise<string | null> => {
  const { lines, reader, verdict } = readVector<ExportVector>(bytes)
  const check = createExportCheck()
  for (const line of lines) check.line(line)
  const made = await check.end(readReader(reader))
  const { entries, pending, firstBad } = made
  const written = lines.map(rewrite)
  return differ({ ...summaryOf(made), entries, pending, firstBad }, verdict) ?? differ(written, lines)
}

/** As our own writer writes what was read; a line that is none stays as it is. */
const rewrite = (text: string): string => {
  const read = parseExportLine(text)
  if (read === null) return text
  if ('head' in read) return formatExportHead(read.head)
  if ('entry' in read) return formatExportEntry(read.entry)
  return 'gap' in read ? formatExportGap(read.gap) : formatExportEnd(read.end.count)
}
