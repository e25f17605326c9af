import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import type { Write } from '../db/write.ts'
import { nextSeq } from '../seal/keys.ts'

/** An entry somebody wants erased. */
export interface Candidate {
  readonly seq: number
  readonly leaf: Uint8Array
  readonly header: Uint8Array
  readonly hasPayload: boolean
}

/** Those that are in the log, in order. */
export const readCandidates = async (
  db: ReadDb,
  workspace: string,
  seqs: readonly number[],
): Promise<Candidate[]> => {
  const rows = await db.rows<{ seq: number; leaf: ArrayBuffer; header: ArrayBuffer; has: number }>(sql`
    SELECT e.seq, e.leaf, e.header, p.seq IS NOT NULL AS has FROM entries e
      LEFT JOIN payloads p ON p.workspace_id = e.workspace_id AND p.seq = e.seq
    WHERE e.workspace_id = ${workspace} AND e.seq IN (SELECT value FROM json_each(${JSON.stringify(seqs)}))
    ORDER BY e.seq`)
  return rows.map(({ seq, leaf, header, has }) => ({
    seq,
    leaf: new Uint8Array(leaf),
    header: new Uint8Array(header),
    hasPayload: has === 1,
  }))
}

/** Deletes the payloads and says so, all of them or none. */
export const eraseWrites = (workspace: string, seqs: readonly number[], now: number): Write[] => [
  {
    sql: `DELETE FROM payloads WHERE workspace_id = ? AND seq IN (SELECT value FROM json_each(?))`,
    args: [workspace, JSON.stringify(seqs)],
    expect: seqs.length,
  },
  {
    // One that was erased before and came back with a restored row keeps its first word on it.
    sql: `INSERT INTO erasures (workspace_id, seq, by_seq, erased_at)
      SELECT ?, value, ${nextSeq}, ? FROM json_each(?) WHERE value NOT IN (SELECT seq FROM erasures WHERE workspace_id = ?)`,
    args: [workspace, workspace, now, JSON.stringify(seqs), workspace],
  },
]

/** A row of `payloads`. */
export interface PayloadRow {
  readonly workspace: string
  readonly seq: number
  readonly salt: Uint8Array
  readonly payload: string
}

interface RawPayload {
  readonly workspace: string
  readonly seq: number
  readonly salt: ArrayBuffer
  readonly payload: string
}

/** The rows next to a place on both sides, in the order of the table, whatever workspace they are of. */
export const readNeighbours = async (
  db: ReadDb,
  workspace: string,
  seq: number,
  count: number,
): Promise<PayloadRow[]> => {
  const columns = sql`workspace_id AS workspace, seq, salt, payload`
  const [before, after] = await Promise.all([
    db.rows<RawPayload>(sql`SELECT ${columns} FROM payloads WHERE (workspace_id, seq) < (${workspace}, ${seq})
      ORDER BY workspace_id DESC, seq DESC LIMIT ${count}`),
    db.rows<RawPayload>(sql`SELECT ${columns} FROM payloads WHERE (workspace_id, seq) > (${workspace}, ${seq})
      ORDER BY workspace_id, seq LIMIT ${count}`),
  ])
  return [...before.reverse(), ...after].map((row) => ({ ...row, salt: new Uint8Array(row.salt) }))
}

/** The same rows, deleted and put back: nothing of them changes, but the pages they stood on are wiped. */
export const rewriteWrites = (rows: readonly PayloadRow[]): Write[] => [
  ...rows.map(({ workspace, seq }) => ({
    sql: 'DELETE FROM payloads WHERE workspace_id = ? AND seq = ?',
    args: [workspace, seq],
    expect: 1,
  })),
  ...rows.map(({ workspace, seq, salt, payload }) => ({
    sql: 'INSERT INTO payloads (workspace_id, seq, salt, payload) VALUES (?, ?, ?, ?)',
    args: [workspace, seq, salt, payload],
  })),
]
