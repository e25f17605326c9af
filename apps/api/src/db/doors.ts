import { type ChangeBell, logRings, logRingsOf } from '../stream/bell.ts'
import type { Backend } from './backend.ts'
import { readStatement, type Statement } from './bind.ts'
import type { Append } from './log-append.ts'
import { randomId, readOwnEvent } from './own-entry.ts'
import type { EntryBatch, IngestDoor, RecordDoor, RecordEvent, Recorded, Write } from './write.ts'

export interface DoorDeps {
  readonly commit: Backend['commit']
  readonly bell: ChangeBell
  readonly now: () => number
  readonly randomBytes: (count: number) => Uint8Array
}

/** The only two ways to write (DESIGN "Two doors for writes"). Each call is one batch: all of it durable, or none. */
export const createDoors = (deps: DoorDeps): { record: RecordDoor; ingest: IngestDoor } => {
  const write = async (writes: readonly Write[], append: Append | null): Promise<Written> => {
    if (writes.length === 0 && append === null) return { changed: [], recorded: null }
    const { statements, places } = compile(writes)
    const { counts, recorded } = await deps.commit({ statements, append })
    const changed = places.map((place) => counts[place] ?? 0)
    for (const workspace of workspacesToWake(writes, changed)) deps.bell.ring(workspace)
    if (append !== null) for (const key of [logRings, logRingsOf(append.workspace)]) deps.bell.ring(key)
    return { changed, recorded }
  }
  return {
    async record(what, ...writes) {
      const { recorded } = await write(writes, readAppend(what, deps))
      if (recorded === null) throw new Error('a record without an entry')
      return recorded
    },
    ingest: async (...writes) => (await write(writes, null)).changed,
  }
}

interface Written {
  readonly changed: number[]
  readonly recorded: Recorded | null
}

const readAppend = (
  what: RecordEvent | EntryBatch,
  { now, randomBytes }: Pick<DoorDeps, 'now' | 'randomBytes'>,
): Append => {
  const at = now()
  const { workspace } = what
  const { entries, events = [] } = 'entries' in what ? what : { entries: [], events: [what] }
  if (entries.length + events.length === 0) throw new Error('a record without an entry')
  if (events.some((event) => event.workspace !== workspace)) throw new Error('a batch writes to one log')
  const own = events.map((event) => readOwnEvent(event, at, randomBytes))
  return { workspace, entries, events: own, now: at, newProducer: randomId('prd', randomBytes) }
}

/** Statements for one batch, and at which place each write's own count will stand. */
const compile = (writes: readonly Write[]): { statements: Statement[]; places: number[] } => {
  const statements: Statement[] = []
  const places: number[] = []
  for (const write of writes) {
    // With RETURNING the count reads 0 on every libSQL client (reference §2, trap 6).
    if (/\breturning\b/i.test(write.sql)) throw new Error('a write returns its row count, never rows')
    places.push(statements.push(readStatement(write)) - 1)
    if (write.expect !== undefined) statements.push(guardStatement(write.expect))
  }
  return { statements, places }
}

/** Breaks CHECK guard_expect, and with it the batch, unless the statement before it changed exactly `expect` rows. */
const guardStatement = (expect: number): Statement => ({
  sql: 'UPDATE guard SET ok = (changes() = ?) WHERE id = 1',
  args: [BigInt(expect)],
})

const workspacesToWake = (writes: readonly Write[], changed: readonly number[]): Set<string> =>
  new Set(
    writes.flatMap((write, index) =>
      write.rings !== undefined && (changed[index] ?? 0) > 0 ? [write.rings] : [],
    ),
  )
