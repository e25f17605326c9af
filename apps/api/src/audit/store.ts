import { base64url } from '@watchbill/ledger'
import { type SQL, sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import type { LogEntry, Write } from '../db/write.ts'
import { branchOf, type Head, type Held, type KnownHead, placeOf, type Stored } from './chain.ts'
import type { ReadEntry } from './read-entries.ts'

/** Reads what the plan needs: one query for a batch that continues its chains, two more for one that does not. */
export const readStored = async (
  db: ReadDb,
  workspace: string,
  batch: readonly ReadEntry[],
): Promise<Stored> => {
  const rows = await readHeads(db, workspace, [...new Set(batch.map(({ header }) => header.producer))])
  const heads = new Map(rows.map((row) => [row.id, headOf(row)]))
  const forked = new Set(rows.flatMap((row) => (row.forked === 0 ? [] : [row.id])))
  const again = batch.filter(({ header }) => header.pseq < (heads.get(header.producer)?.next ?? 0))
  const branching = batch.filter(({ header }) => forked.has(header.producer))
  const [held, forks] = await Promise.all([
    readHeld(db, workspace, heads, again),
    readForks(db, workspace, branching),
  ])
  return { heads, held, forks }
}

interface HeadRow {
  readonly id: string
  readonly no: number
  readonly owner: string
  readonly next_pseq: number
  readonly last_leaf: ArrayBuffer
  readonly forked: number
}

const readHeads = (db: ReadDb, workspace: string, producers: readonly string[]): Promise<HeadRow[]> =>
  db.rows(sql`SELECT p.id, p.no, p.owner, p.next_pseq, p.last_leaf,
      EXISTS (SELECT 1 FROM equivocations e WHERE e.workspace_id = p.workspace_id AND e.producer_id = p.id) AS forked
    FROM ${eachOf(producers)} CROSS JOIN producers p ON p.workspace_id = ${workspace} AND p.id = wanted.value`)

const headOf = (row: HeadRow): KnownHead => ({
  no: row.no,
  owner: row.owner,
  next: row.next_pseq,
  last: textOf(row.last_leaf),
})

const readHeld = async (
  db: ReadDb,
  workspace: string,
  heads: ReadonlyMap<string, KnownHead>,
  batch: readonly ReadEntry[],
): Promise<Map<string, Held>> => {
  if (batch.length === 0) return new Map()
  const names = new Map([...heads].map(([id, { no }]) => [no, id]))
  const places = batch.map(({ header }): Place => [heads.get(header.producer)?.no ?? 0, header.pseq])
  const rows = await db.rows<{ no: number; pseq: number; seq: number; leaf: ArrayBuffer }>(
    sql`SELECT e.producer_no AS no, e.pseq, e.seq, e.leaf FROM ${eachOf(places)} CROSS JOIN entries e
      ON e.workspace_id = ${workspace} AND e.producer_no = wanted.value ->> 0 AND e.pseq = wanted.value ->> 1`,
  )
  return new Map(
    rows.map(({ no, pseq, seq, leaf }) => [placeOf(names.get(no) ?? '', pseq), { seq, leaf: textOf(leaf) }]),
  )
}

const readForks = async (
  db: ReadDb,
  workspace: string,
  batch: readonly ReadEntry[],
): Promise<Set<string>> => {
  if (batch.length === 0) return new Set()
  // A branch goes on where the entry before is known to be on it.
  const places = batch.flatMap(({ header: { producer, pseq } }): Place[] => [
    [producer, pseq],
    [producer, pseq - 1],
  ])
  const rows = await db.rows<{ producer_id: string; leaf: ArrayBuffer }>(
    sql`SELECT e.producer_id, e.leaf FROM ${eachOf(places)} CROSS JOIN equivocations e
      ON e.workspace_id = ${workspace} AND e.producer_id = wanted.value ->> 0 AND e.pseq = wanted.value ->> 1`,
  )
  return new Set(rows.map((row) => branchOf(row.producer_id, textOf(row.leaf))))
}

type Place = readonly [producer: string | number, pseq: number]

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
  readonly sealed_pseq: number | null
  readonly first_seen_at: number
  readonly last_seen_at: number
  readonly equivocations: number
}

export const readProducers = (db: ReadDb, workspace: string): Promise<ProducerRow[]> =>
  db.rows(sql`SELECT p.id, p.owner, p.next_pseq, p.sealed_pseq, p.first_seen_at, p.last_seen_at,
      (SELECT count(*) FROM equivocations e WHERE e.workspace_id = p.workspace_id AND e.producer_id = p.id)
        AS equivocations
    FROM producers p WHERE p.workspace_id = ${workspace} ORDER BY p.first_seen_at, p.id`)

/** GuardFailed when somebody else registered it first. */
export const registerWrite = (workspace: string, producer: string, owner: string, now: number): Write => ({
  sql: `INSERT INTO producers (workspace_id, id, no, owner, next_pseq, last_leaf, first_seen_at, last_seen_at)
    SELECT ?1, ?2, coalesce(max(no), 0) + 1, ?3, 0, zeroblob(32), ?4, ?4 FROM producers WHERE workspace_id = ?1
    ON CONFLICT DO NOTHING`,
  args: [workspace, producer, owner, now],
  expect: 1,
})

/** Moves a head from where the plan saw it; GuardFailed when it is elsewhere by now. */
export const headWrite = (workspace: string, before: KnownHead, after: Head, now: number): Write => ({
  sql: `UPDATE producers SET next_pseq = ?, last_leaf = ?, last_seen_at = max(last_seen_at, ?)
    WHERE workspace_id = ? AND no = ? AND owner = ? AND next_pseq = ? AND last_leaf = ?`,
  args: [
    ...[after.next, bytesOf(after.last), now, workspace],
    ...[before.no, before.owner, before.next, bytesOf(before.last)],
  ],
  expect: 1,
})

export const logEntryOf = ({ header, bytes, hash, opened }: ReadEntry, producerNo: number): LogEntry => ({
  producerNo,
  pseq: header.pseq,
  header: bytes,
  leaf: hash,
  opened,
})

/** Evidence of a contradiction; GuardFailed when it is on record already. */
export const forkWrite = (workspace: string, { header, bytes, hash }: ReadEntry, now: number): Write => ({
  sql: `INSERT INTO equivocations (workspace_id, producer_id, pseq, leaf, header, received_at)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS
      (SELECT 1 FROM equivocations WHERE workspace_id = ?1 AND producer_id = ?2 AND pseq = ?3 AND leaf = ?4)`,
  args: [workspace, header.producer, header.pseq, hash, bytes, now],
  expect: 1,
})

/** Leaves are ours: encoded by `leafHash`, or read from a column that holds 32 bytes. */
const bytesOf = (leaf: string): Uint8Array => base64url.decode(leaf) ?? new Uint8Array()
