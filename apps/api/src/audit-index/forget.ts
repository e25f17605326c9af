import type { EntryFacts } from '@watchbill/contract/audit-query'
import { commitment, type Payload, parseHeader } from '@watchbill/ledger'
import type { EntryRow } from '../audit/entries-store.ts'
import type { ReadDb } from '../db/open.ts'
import type { Write } from '../db/write.ts'
import { textOf } from '../log/store.ts'
import { everyColumn } from './column.ts'
import { factsOf } from './facts.ts'
import { amendRun, wholeRun } from './run.ts'
import { columnWrites, forgetText, type IndexHead, readIndexable, readIndexHead, readRuns } from './store.ts'

/**
 * Takes what erased entries said out of the index, in the batch that erases them. Entries that are not in the index yet are
 * kept out of it: the generation moves, and a follower that read them before fails at its next step.
 */
export const forgetWrites = async (
  db: ReadDb,
  workspace: string,
  seqs: readonly number[],
): Promise<Write[]> => {
  const head = await readIndexHead(db, workspace)
  if (head === null) return []
  const rows = await readEach(
    db,
    workspace,
    seqs.filter((seq) => seq < head.indexed),
  )
  // Words can be taken out only by the words that were put in; what was changed since leaves nothing but to begin anew.
  if (!rows.every(isAsCommitted)) return [moveGeneration(workspace, head), ...beginAnew]
  return [
    moveGeneration(workspace, head),
    ...rows.flatMap((row) => forgetText(head.no, row.seq, factsOf(row).text)),
    ...(await amendments(db, workspace, rows)),
  ]
}

const isAsCommitted = ({ header, payload, salt }: EntryRow): boolean => {
  if (payload === null || salt === null) return true
  try {
    const said: unknown = JSON.parse(textOf(payload))
    return (
      isPayload(said) &&
      commitment.checkPayload(parseHeader(new Uint8Array(header)), said, new Uint8Array(salt))
    )
  } catch {
    return false
  }
}

const isPayload = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The index of every workspace, since they share the words; followers build it again. */
const beginAnew: readonly Write[] = [
  { sql: `INSERT INTO audit_text (audit_text) VALUES ('delete-all')`, args: [] },
  { sql: 'DELETE FROM audit_columns', args: [] },
  { sql: 'UPDATE audit_index SET indexed = 0, generation = generation + 1', args: [] },
]

const moveGeneration = (workspace: string, { indexed, generation }: IndexHead): Write => ({
  sql: `UPDATE audit_index SET generation = generation + 1
    WHERE workspace_id = ? AND indexed = ? AND generation = ?`,
  args: [workspace, indexed, generation],
  expect: 1,
})

const readEach = async (db: ReadDb, workspace: string, seqs: readonly number[]): Promise<EntryRow[]> => {
  const rows: EntryRow[] = []
  for (const seq of seqs) {
    const [row] = await readIndexable(db, workspace, seq, seq + 1)
    // One that was erased before has no words in the index any more.
    if (row && row.erasedBy === null) rows.push(row)
  }
  return rows
}

/** The runs those entries stand in, without what they said: a value nobody else has leaves the dictionary too. */
const amendments = async (db: ReadDb, workspace: string, rows: readonly EntryRow[]): Promise<Write[]> => {
  const writes: Write[] = []
  const blocks = new Set(rows.map(({ seq }) => seq - (seq % wholeRun)))
  for (const block of blocks) {
    for (const run of await readRuns(db, workspace, everyColumn, block, block + wholeRun)) {
      const inside = rows.filter(({ seq }) => seq >= run.first && seq < run.first + run.count)
      if (inside.length === 0) continue
      const facts = new Map(
        inside.map((row): [number, EntryFacts] => [row.seq, factsOf({ ...row, erasedBy: 0 })]),
      )
      writes.push(dropRun(workspace, run.first), ...columnWrites(workspace, amendRun(run, facts)))
    }
  }
  return writes
}

const dropRun = (workspace: string, first: number): Write => ({
  sql: `DELETE FROM audit_columns WHERE workspace_id = ? AND first = ?
    AND field IN (SELECT value FROM json_each(?))`,
  args: [workspace, first, JSON.stringify(everyColumn)],
})
