import type { AuditEntry, SignedCheckpoint } from '@watchbill/contract/audit'
import { Fault } from '@watchbill/contract/fault'
import { evidence } from '@watchbill/ledger'
import type { ActorRef } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { formatHash, proveInclusion } from '../log/proofs.ts'
import { readLogOrEmpty } from '../log/store.ts'
import { viewCheckpoint } from '../log/views.ts'
import { type EntryRow, readEntryRows } from './entries-store.ts'
import { holdsContent, viewEntry } from './entry-view.ts'

type Doors = Pick<Deps, 'dbFor' | 'record'>

interface Call {
  readonly workspace: string
  readonly actor: ActorRef
}

interface ReadEntry {
  readonly entry: AuditEntry
  readonly size: number
  readonly checkpoint: SignedCheckpoint | null
  readonly path: string[] | null
}

/** One entry with its inclusion path, null while it is pending. Throws Fault `not_found`. */
export const getEntry = async (
  deps: Doors,
  call: Call,
  seq: number,
  content: boolean,
): Promise<ReadEntry> => {
  const db = deps.dbFor(call.workspace)
  const row = await requireEntry(deps, call, seq)
  await admitContent(deps, call, row, content)
  const { size, checkpoint } = await readLogOrEmpty(db, call.workspace)
  const path =
    checkpoint !== null && seq < checkpoint.size
      ? await proveInclusion(db, call.workspace, seq, checkpoint.size)
      : null
  return {
    entry: viewEntry(row, content),
    size,
    checkpoint: viewCheckpoint(checkpoint),
    path: path?.map(formatHash) ?? null,
  }
}

/**
 * The entry as a C2SP tlog-proof, the entry itself in `extra`. Throws Fault `not_found`; `conflict` while no checkpoint
 * covers it yet.
 */
export const getEntryFile = async (
  deps: Doors,
  call: Call,
  seq: number,
  content: boolean,
): Promise<string> => {
  const db = deps.dbFor(call.workspace)
  const row = await requireEntry(deps, call, seq)
  const { checkpoint } = await readLogOrEmpty(db, call.workspace)
  if (checkpoint === null || seq >= checkpoint.size) throw pending(seq)
  await admitContent(deps, call, row, content)
  const hashes = await proveInclusion(db, call.workspace, seq, checkpoint.size)
  const { members } = viewEntry(row, content)
  const file = {
    header: new Uint8Array(row.header),
    members,
    index: seq,
    hashes,
    checkpoint: checkpoint.note,
  }
  try {
    return evidence.formatEntryFile(file)
  } catch (cause) {
    throw damaged(seq, cause)
  }
}

const requireEntry = async ({ dbFor }: Doors, { workspace }: Call, seq: number): Promise<EntryRow> => {
  const [row] = await readEntryRows(dbFor(workspace), workspace, seq, seq + 1)
  if (!row) throw new Fault('not_found', `The log has no entry ${seq} yet.`)
  return row
}

const pending = (seq: number) =>
  new Fault('conflict', `Entry ${seq} is pending: no checkpoint covers it yet.`, {
    mend: 'Ask again in a second or two. GET /v1/audit/log says why when sealing stands still.',
  })

/** A file of evidence holds an entry; what stands at this place by now is none. */
const damaged = (seq: number, cause: unknown) =>
  new Fault('internal', `What is stored of entry ${seq} is not an entry any more.`, {
    mend: 'Run `watchbill log fsck`: it names every place that was lost or changed.',
    cause,
  })

/** Who reads what an agent read or wrote is on record before they see it (SECURITY "Web and API"). */
const admitContent = async (deps: Doors, call: Call, row: EntryRow, content: boolean): Promise<void> => {
  if (!content || !holdsContent(row)) return
  const { workspace, actor } = call
  await deps.record({
    type: 'content.read',
    workspace,
    actor: { kind: actor.kind, id: actor.id },
    data: { seq: row.seq },
  })
}
