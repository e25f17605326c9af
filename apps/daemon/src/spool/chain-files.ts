import { randomUUID } from 'node:crypto'
import { EntryReader } from './entry-reader.ts'
import { EntryRecord } from './entry-records.ts'
import { EntryState } from './entry-state.ts'
import type { Facts } from './facts.ts'
import { Segments } from './segments.ts'

/** One producer's chain: its files, what they add up to, and readers that remember where they are in them. */
export interface ChainFiles {
  readonly state: EntryState
  readonly segments: Segments
  readonly sending: EntryReader
  readonly proving: EntryReader
  /** Records that were damaged and left out. */
  readonly damaged: number
}

/** The chain in the folder, or the beginning of a new one. Null when it is another machine's, or begins with damage. */
export const openChain = async (
  folder: string,
  machineId: string,
  facts: Facts,
): Promise<ChainFiles | null> => {
  const state = new EntryState(machineId, `prd_${randomUUID()}`, facts)
  const { segments, replay } = await Segments.open(folder, state.toBegin())
  const first = EntryRecord.safeParse(replay.records[0])
  if (!first.success || !('begin' in first.data) || first.data.begin.machine !== machineId) {
    await segments.close()
    return null
  }
  // Of a daemon that deleted on receipts alone nothing is proven: what it still held is sent once more.
  state.standAt({ proven: segments.first, sealed: 0, sent: [] })
  let { damaged } = replay
  for (const record of replay.records) {
    const parsed = EntryRecord.safeParse(record)
    if (parsed.success) state.apply(parsed.data)
    else damaged += 1
  }
  state.prove(segments.first)
  const readers = { sending: new EntryReader(segments), proving: new EntryReader(segments) }
  return { state, segments, ...readers, damaged }
}
