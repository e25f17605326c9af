import { sql } from 'drizzle-orm'
import type { EntryRow } from '../audit/entries-store.ts'
import { readEntryRows } from '../audit/entries-store.ts'
import type { ReadDb } from '../db/open.ts'
import type { IngestWrite } from '../db/write.ts'
import { textOf } from '../log/store.ts'
import { type ColumnField, everyColumn } from './column.ts'
import { openRun, type Run, type StoredRun } from './run.ts'

/** How far the index of a log has come. */
export interface IndexHead {
  /** Stands for the workspace in `audit_text`. */
  readonly no: number
  /** Entries below this place are in the index. */
  readonly indexed: number
  readonly generation: number
  /** Entries in the log. */
  readonly size: number
}

/** Null for a workspace without a log, or whose index was not begun. */
export const readIndexHead = async (db: ReadDb, workspace: string): Promise<IndexHead | null> => {
  const [row] = await db.rows<IndexHead>(sql`SELECT i.no, i.indexed, i.generation, l.size
    FROM audit_index i JOIN logs l ON l.workspace_id = i.workspace_id WHERE i.workspace_id = ${workspace}`)
  return row ?? null
}

export const readLogSize = async (db: ReadDb, workspace: string): Promise<number> => {
  const [row] = await db.rows<{ size: number }>(sql`SELECT size FROM logs WHERE workspace_id = ${workspace}`)
  return row?.size ?? 0
}

/** Workspaces whose log goes beyond their index. */
export const listBehind = async (db: ReadDb): Promise<string[]> => {
  const rows = await db.rows<{ id: string }>(sql`SELECT l.workspace_id AS id FROM logs l
    LEFT JOIN audit_index i ON i.workspace_id = l.workspace_id WHERE l.size > coalesce(i.indexed, 0)`)
  return rows.map(({ id }) => id)
}

export const beginIndex = (workspace: string): IngestWrite => ({
  table: 'audit_index',
  sql: 'INSERT INTO audit_index (workspace_id) VALUES (?) ON CONFLICT DO NOTHING',
  args: [workspace],
})

/** Throws GuardFailed, with the batch, when somebody else indexed or erased meanwhile. */
export const moveIndex = (workspace: string, head: IndexHead, indexed: number): IngestWrite => ({
  table: 'audit_index',
  sql: `UPDATE audit_index SET indexed = ? WHERE workspace_id = ? AND indexed = ? AND generation = ?`,
  args: [indexed, workspace, head.indexed, head.generation],
  expect: 1,
})

/** Entries `from` to `to` - 1, oldest first; null where the log lacks one. */
export const readIndexable = async (
  db: ReadDb,
  workspace: string,
  from: number,
  to: number,
): Promise<(EntryRow | null)[]> => {
  const rows = await readEntryRows(db, workspace, from, to)
  const found = new Map(rows.map((row) => [row.seq, row]))
  return Array.from({ length: to - from }, (_, index) => found.get(from + index) ?? null)
}

export const columnWrites = (workspace: string, { first, count, columns }: StoredRun): IngestWrite[] =>
  [...columns].map(([field, { dictionary, codes }]) => ({
    table: 'audit_columns',
    sql: `INSERT OR REPLACE INTO audit_columns (workspace_id, field, first, count, dictionary, codes)
      VALUES (?, ?, ?, ?, ?, ?)`,
    args: [workspace, field, first, count, dictionary, codes],
  }))

/** Runs that begin in [from, to). */
export const dropColumns = (workspace: string, from: number, to: number): IngestWrite => ({
  table: 'audit_columns',
  sql: `DELETE FROM audit_columns WHERE workspace_id = ? AND field IN (SELECT value FROM json_each(?))
    AND first >= ? AND first < ?`,
  args: [workspace, JSON.stringify(everyColumn), from, to],
})

/** Room for places in one workspace's rowids; beyond 2^36 entries a log is another log. */
const placesPerWorkspace = 2 ** 36
export const rowidOf = (no: number, seq: number): number => no * placesPerWorkspace + seq

/** Puts words of entries `first`, `first` + 1, … into the text index; empty ones have no row. */
export const textWrites = (no: number, first: number, texts: readonly string[]): IngestWrite[] => {
  if (texts.every((text) => text === '')) return []
  return [
    {
      table: 'audit_text',
      sql: `INSERT INTO audit_text (rowid, words) SELECT ?1 + key, value FROM json_each(?2) WHERE value <> ''`,
      args: [rowidOf(no, first), JSON.stringify(texts)],
    },
  ]
}

/** Takes an entry's words out again; they must be the very words that were put in (FTS5 §4.4, contentless tables). */
export const forgetText = (no: number, seq: number, text: string): IngestWrite[] =>
  text === ''
    ? []
    : [
        {
          table: 'audit_text',
          sql: `INSERT INTO audit_text (audit_text, rowid, words) VALUES ('delete', ?, ?)`,
          args: [rowidOf(no, seq), text],
        },
      ]

interface RawPart {
  readonly dictionary: string
  readonly codes: ArrayBuffer
}

interface RawColumn {
  readonly field: ColumnField
  readonly first: number
  readonly count: number
  readonly dictionary: ArrayBuffer
  readonly codes: ArrayBuffer
}

/** Runs that begin in [from, to) with these fields, oldest first; `only` those that begin there. Every run has `payload`. */
export const readRuns = async (
  db: ReadDb,
  workspace: string,
  fields: readonly ColumnField[],
  from: number,
  to: number,
  only: readonly number[] | null = null,
): Promise<Run[]> => {
  const wanted = JSON.stringify([...new Set<ColumnField>(['payload', ...fields])])
  // Texts are cast: the native reader ends the process on invalid UTF-8 (log/store.ts).
  const rows = await db.rows<RawColumn>(sql`
    SELECT field, first, count, CAST(dictionary AS BLOB) AS dictionary, codes FROM audit_columns
    WHERE workspace_id = ${workspace} AND field IN (SELECT value FROM json_each(${wanted}))
      AND ${only === null ? sql`first >= ${from} AND first < ${to}` : sql`first IN (SELECT value FROM json_each(${JSON.stringify(only)}))`}`)
  const runs = new Map<number, { count: number; raw: Map<ColumnField, RawPart> }>()
  for (const { field, first, count, dictionary, codes } of rows) {
    const run = runs.get(first) ?? { count, raw: new Map() }
    if (run.count === count) run.raw.set(field, { dictionary: textOf(dictionary), codes })
    runs.set(first, run)
  }
  return [...runs]
    .sort(([left], [right]) => left - right)
    .map(([first, { count, raw }]) => openRun(first, count, raw))
}
