import { base64url } from '@watchbill/ledger'
import { type SQL, sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import type { Arg, IngestWrite, Write } from '../db/write.ts'
import { branchOf, emptyHead, type Head, placeOf, type Stored } from './chain.ts'
import type { ReadEntry } from './read-entries.ts'

/** Reads what the plan needs, in four queries for a batch of any size. */
export const readStored = async (
  db: ReadDb,
  workspace: string,
  batch: readonly ReadEntry[],
): Promise<Stored> => {
  const producers = [...new Set(batch.map(({ header }) => header.producer))]
  const ids = batch.map(({ header }) => header.id)
  const places = batch.map(({ header }): Place => [header.producer, header.pseq])
  // A branch goes on where the entry before is known to be on it.
  const branches = places.flatMap(([producer, pseq]): Place[] => [
    [producer, pseq],
    [producer, pseq - 1],
  ])
  const [heads, leaves, forks, taken] = await Promise.all([
    db.rows<HeadRow>(sql`SELECT p.id, p.owner, p.next_pseq, p.last_leaf FROM ${eachOf(producers)} CROSS JOIN producers p
      ON p.workspace_id = ${workspace} AND p.id = wanted.value`),
    db.rows<LeafRow>(sql`SELECT e.producer_id, e.pseq, e.leaf FROM ${eachOf(places)} CROSS JOIN producer_entries e
      ON e.workspace_id = ${workspace} AND e.producer_id = wanted.value ->> 0 AND e.pseq = wanted.value ->> 1`),
    db.rows<LeafRow>(sql`SELECT e.producer_id, e.pseq, e.leaf FROM ${eachOf(branches)} CROSS JOIN equivocations e
      ON e.workspace_id = ${workspace} AND e.producer_id = wanted.value ->> 0 AND e.pseq = wanted.value ->> 1`),
    db.rows<IdRow>(sql`SELECT e.id, e.producer_id, e.pseq FROM ${eachOf(ids)} CROSS JOIN producer_entries e
      ON e.workspace_id = ${workspace} AND e.id = wanted.value`),
  ])
  return {
    heads: new Map(heads.map((row) => [row.id, headOf(row)])),
    leaves: new Map(leaves.map((row) => [placeOf(row.producer_id, row.pseq), textOf(row.leaf)])),
    forks: new Set(forks.map((row) => branchOf(row.producer_id, textOf(row.leaf)))),
    ids: new Map(taken.map((row) => [row.id, placeOf(row.producer_id, row.pseq)])),
  }
}

interface HeadRow {
  readonly id: string
  readonly owner: string
  readonly next_pseq: number
  readonly last_leaf: ArrayBuffer
}
interface LeafRow {
  readonly producer_id: string
  readonly pseq: number
  readonly leaf: ArrayBuffer
}

interface IdRow {
  readonly id: string
  readonly producer_id: string
  readonly pseq: number
}
type Place = readonly [producer: string, pseq: number]

const headOf = (row: HeadRow) => ({
  owner: row.owner,
  next: row.next_pseq,
  last: textOf(row.last_leaf),
})
const textOf = (blob: ArrayBuffer): string => base64url.encode(new Uint8Array(blob))

/** CROSS JOIN starts from this list; with IN the planner would walk every entry of the workspace. */
const eachOf = (wanted: readonly (string | Place)[]): SQL => sql`json_each(${JSON.stringify(wanted)}) wanted`

/** Which machine each agent is known to run on. */
export const readMachinesOf = async (
  db: ReadDb,
  workspace: string,
  agents: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const rows = await db.rows<{ id: string; machine_id: string }>(sql`SELECT a.id, a.machine_id
    FROM ${eachOf([...new Set(agents)])} CROSS JOIN agents a ON a.workspace_id = ${workspace} AND a.id = wanted.value`)
  return new Map(rows.map((row) => [row.id, row.machine_id]))
}

export interface ProducerRow {
  readonly id: string
  readonly owner: string
  readonly next_pseq: number
  readonly first_seen_at: number
  readonly last_seen_at: number
  readonly equivocations: number
}

export const readProducers = (db: ReadDb, workspace: string): Promise<ProducerRow[]> =>
  db.rows(sql`SELECT p.id, p.owner, p.next_pseq, p.first_seen_at, p.last_seen_at,
      (SELECT count(*) FROM equivocations e WHERE e.workspace_id = p.workspace_id AND e.producer_id = p.id)
        AS equivocations
    FROM producers p WHERE p.workspace_id = ${workspace} ORDER BY p.first_seen_at, p.id`)

/** GuardFailed when somebody else registered it first. */
export const registerWrite = (workspace: string, producer: string, owner: string, now: number): Write => ({
  sql: `INSERT INTO producers (workspace_id, id, owner, next_pseq, last_leaf, first_seen_at, last_seen_at)
    VALUES (?1, ?2, ?3, 0, zeroblob(32), ?4, ?4) ON CONFLICT DO NOTHING`,
  args: [workspace, producer, owner, now],
  expect: 1,
})

/** Moves a head from where the plan saw it; GuardFailed when it is elsewhere by now. */
export const headWrite = (
  workspace: string,
  producer: string,
  owner: string,
  before: Head | undefined,
  after: Head,
  now: number,
): IngestWrite => {
  const { next, last } = before ?? emptyHead
  return {
    table: 'producers',
    sql: `UPDATE producers SET next_pseq = ?, last_leaf = ?, last_seen_at = max(last_seen_at, ?)
      WHERE workspace_id = ? AND id = ? AND owner = ? AND next_pseq = ? AND last_leaf = ?`,
    args: [after.next, bytesOf(after.last), now, workspace, producer, owner, next, bytesOf(last)],
    expect: 1,
  }
}

/** The entries in the order given, taking the next dense places of the workspace; payloads and salts beside them. */
export const entryWrites = (workspace: string, entries: readonly ReadEntry[], now: number): IngestWrite[] =>
  chunksOf(entries, 100).flatMap((chunk) => [
    entryWrite(workspace, chunk, now),
    ...openedWrites(workspace, chunk),
  ])

const entryWrite = (workspace: string, entries: readonly ReadEntry[], now: number): IngestWrite => ({
  table: 'producer_entries',
  // An id taken meanwhile by another producer leaves the count short, and so breaks the guard.
  sql: `INSERT INTO producer_entries
      (workspace_id, seq, received_at, producer_id, pseq, id, ts, type, agent_id, decision, leaf, header)
    SELECT ?1, (SELECT coalesce(max(seq), 0) FROM producer_entries WHERE workspace_id = ?1) + column1, ?2,
      column2, column3, column4, column5, column6, column7, column8, column9, column10
    FROM (${valuesOf(entries.length, 10)})
    WHERE NOT EXISTS (SELECT 1 FROM producer_entries WHERE workspace_id = ?1 AND id = column4)`,
  args: [workspace, now, ...entries.flatMap((entry, index) => [index + 1, ...columnsOf(entry)])],
  expect: entries.length,
})

const columnsOf = ({ header, bytes, leaf }: ReadEntry): Arg[] => [
  ...[header.producer, header.pseq, header.id, header.ts, header.type, header.agent, header.decision ?? null],
  ...[bytesOf(leaf), bytes],
]

const openedWrites = (workspace: string, entries: readonly ReadEntry[]): IngestWrite[] => {
  const opened = entries.flatMap(({ header, opened }) => (opened ? [{ id: header.id, ...opened }] : []))
  if (opened.length === 0) return []
  const values = valuesOf(opened.length, 2)
  return [
    {
      table: 'payloads',
      sql: `INSERT INTO payloads (workspace_id, entry_id, payload) SELECT ?1, column1, column2 FROM (${values})`,
      args: [workspace, ...opened.flatMap(({ id, payload }) => [id, payload])],
      expect: opened.length,
    },
    {
      table: 'salts',
      sql: `INSERT INTO salts (workspace_id, entry_id, salt) SELECT ?1, column1, column2 FROM (${values})`,
      args: [workspace, ...opened.flatMap(({ id, salt }) => [id, salt])],
      expect: opened.length,
    },
  ]
}

/** Evidence of a contradiction; GuardFailed when it is on record already. */
export const forkWrite = (workspace: string, { header, bytes, leaf }: ReadEntry, now: number): Write => ({
  sql: `INSERT INTO equivocations (workspace_id, producer_id, pseq, leaf, header, received_at)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS
      (SELECT 1 FROM equivocations WHERE workspace_id = ?1 AND producer_id = ?2 AND pseq = ?3 AND leaf = ?4)`,
  args: [workspace, header.producer, header.pseq, bytesOf(leaf), bytes, now],
  expect: 1,
})

const valuesOf = (rows: number, columns: number): string =>
  `VALUES ${new Array(rows).fill(`(${new Array(columns).fill('?').join(', ')})`).join(', ')}`

/** Leaves are ours: encoded by `leafHash`, or read from a column that holds 32 bytes. */
const bytesOf = (leaf: string): Uint8Array => base64url.decode(leaf) ?? new Uint8Array()

const chunksOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
