import { type FileHandle, open } from 'node:fs/promises'
import type { NumberedEntry } from '../ledger/chain.ts'
import { EntryRecord } from './entry-records.ts'
import { parseRecord } from './journal.ts'
import type { Segments } from './segments.ts'

export interface EntryRange {
  /** The first number wanted, and the first one that may not be read yet. */
  readonly from: number
  readonly until: number
  readonly count: number
  readonly bytes: number
}

/** Entries with receipts, as far as one checkpoint can prove them together. */
export interface Unproven {
  readonly entries: readonly NumberedEntry[]
  /** Place of the first one in the log; the others follow without a gap. */
  readonly seq: number
}

/** Reads entries back out of the segments, in order; remembers where the next ones begin. */
export class EntryReader {
  readonly #segments: Segments
  /** No entry from `from` on stands before `offset` of this file. */
  #hint = { path: '', offset: 0, from: 0 }

  constructor(segments: Segments) {
    this.#segments = segments
  }

  /** At most `count` entries and about `bytes`, without a gap; at least one where there is one. */
  async read(range: EntryRange): Promise<NumberedEntry[]> {
    const batch: NumberedEntry[] = []
    let size = 0
    for (const { path } of this.#segments.from(range.from)) {
      const start = this.#hint.path === path && this.#hint.from <= range.from ? this.#hint.offset : 0
      for (const { entries, offset } of await readEntries(path, start)) {
        for (const entry of entries) {
          if (entry.pseq !== range.from + batch.length) continue
          size += sizeOf(entry)
          const full = batch.length >= range.count || (batch.length > 0 && size > range.bytes)
          if (full || entry.pseq >= range.until) {
            this.#hint = { path, offset, from: entry.pseq }
            return batch
          }
          batch.push(entry)
        }
      }
    }
    return batch
  }
}

const sizeOf = ({ header, payload, salt }: NumberedEntry): number =>
  header.length + salt.length + JSON.stringify(payload).length + 64

/** The records of a file from `start` on, with where each begins. A half-written last line is left out. */
const readEntries = async (
  path: string,
  start: number,
): Promise<{ entries: readonly NumberedEntry[]; offset: number }[]> => {
  const bytes = await bytesFrom(path, start)
  const found: { entries: readonly NumberedEntry[]; offset: number }[] = []
  let from = 0
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
    const record = EntryRecord.safeParse(parseRecord(bytes.subarray(from, end).toString('utf8')))
    if (record.success && 'read' in record.data)
      found.push({ entries: record.data.read.entries, offset: start + from })
    from = end + 1
  }
  return found
}

const bytesFrom = async (path: string, start: number): Promise<Buffer> => {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const bytes = Buffer.alloc(Math.max(0, size - start))
    return bytes.subarray(0, await readFully(file, bytes, start))
  } finally {
    await file.close()
  }
}

const readFully = async (file: FileHandle, bytes: Buffer, start: number): Promise<number> => {
  let got = 0
  while (got < bytes.length) {
    const { bytesRead } = await file.read(bytes, got, bytes.length - got, start + got)
    if (bytesRead === 0) break
    got += bytesRead
  }
  return got
}
