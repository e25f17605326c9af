import { newId } from '@watchbill/contract/ids'
import { canonicalize } from '@watchbill/ledger'
import type { ChangeBell } from '../stream/bell.ts'
import type { Backend } from './backend.ts'
import { readStatement, type Statement } from './bind.ts'
import type { IngestDoor, RecordDoor, RecordEvent, Write } from './write.ts'

export interface DoorDeps {
  readonly commit: Backend['commit']
  readonly bell: ChangeBell
  readonly now: () => number
  readonly randomBytes: (count: number) => Uint8Array
}

/** The only two ways to write (DESIGN "Two doors for writes"). Each call is one batch: all of it durable, or none. */
export const createDoors = (deps: DoorDeps): { record: RecordDoor; ingest: IngestDoor } => {
  const write = async (writes: readonly Write[]): Promise<number[]> => {
    if (writes.length === 0) return []
    const { statements, places } = compile(writes)
    const counts = await deps.commit(statements)
    const changed = places.map((place) => counts[place] ?? 0)
    for (const workspace of workspacesToWake(writes, changed)) deps.bell.ring(workspace)
    return changed
  }
  return {
    async record(event, ...writes) {
      await write([...writes, entryWrite(event, deps)])
    },
    ingest: (...writes) => write(writes),
  }
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

const entryVersion = 1

/** The place is taken in SQL, inside the batch, so that concurrent writers never share one. */
const entryWrite = (event: RecordEvent, deps: Pick<DoorDeps, 'now' | 'randomBytes'>): Write => {
  const ts = deps.now()
  const id = newId('evt', ts, deps.randomBytes(10))
  const { type, workspace, actor, data } = event
  const body = canonicalize({
    v: entryVersion,
    ws: workspace,
    id,
    ts,
    type,
    actor: { kind: actor.kind, id: actor.id },
    data,
  })
  return {
    sql: `INSERT INTO entries (workspace_id, seq, id, ts, type, body)
      SELECT ?1, coalesce(max(seq), 0) + 1, ?2, ?3, ?4, ?5 FROM entries WHERE workspace_id = ?1`,
    args: [workspace, id, ts, type, body],
    expect: 1,
  }
}
