import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import type { IngestWrite, Write } from '../db/write.ts'

/** A row of `shares` as the code uses it: times in ms, lists read. */
export interface ShareRow {
  readonly workspace: string
  readonly id: string
  /** SHA-256 of the token, hex. */
  readonly tokenHash: string
  readonly title: string
  /** With names resolved to ids; '' for none. */
  readonly q: string
  readonly range: { readonly from: number; readonly to: number } | null
  /** Places of a selection, ascending; null for a range. */
  readonly seqs: readonly number[] | null
  readonly count: number
  /** Names of members that are hidden. */
  readonly redacted: readonly string[]
  readonly content: boolean
  readonly epoch: number
  readonly size: number
  readonly createdBy: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly revokedAt: number | null
  readonly opened: number
  readonly lastOpenedAt: number | null
  readonly refused: number
}

type RawShare = Omit<ShareRow, 'range' | 'seqs' | 'redacted' | 'content'> & {
  readonly fromSeq: number | null
  readonly toSeq: number | null
  readonly seqs: string | null
  readonly redacted: string
  readonly content: number
}

const columns = sql.raw(
  'workspace_id AS workspace, id, token_hash AS tokenHash, title, q, from_seq AS fromSeq, to_seq AS toSeq, seqs, count, ' +
    'redacted, content, epoch, size, created_by AS createdBy, created_at AS createdAt, expires_at AS expiresAt, ' +
    'revoked_at AS revokedAt, opened, last_opened_at AS lastOpenedAt, refused',
)

/** A list that was damaged shows nothing at all: this throws. */
const shareRow = ({ fromSeq, toSeq, seqs, redacted, content, ...rest }: RawShare): ShareRow => ({
  ...rest,
  range: fromSeq === null || toSeq === null ? null : { from: fromSeq, to: toSeq },
  seqs: seqs === null ? null : listOf(seqs, isPlace),
  redacted: listOf(redacted, isName),
  content: content === 1,
})

const isPlace = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value)
const isName = (value: unknown): value is string => typeof value === 'string'

const listOf = <T>(text: string, is: (value: unknown) => value is T): T[] => {
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value) || !value.every(is)) throw new Error('a list of a share is damaged')
  return value
}

export const findShareByToken = async (db: ReadDb, tokenHash: string): Promise<ShareRow | null> => {
  const [row] = await db.rows<RawShare>(sql`SELECT ${columns} FROM shares WHERE token_hash = ${tokenHash}`)
  return row ? shareRow(row) : null
}

export const findShare = async (db: ReadDb, workspace: string, id: string): Promise<ShareRow | null> => {
  const [row] = await db.rows<RawShare>(
    sql`SELECT ${columns} FROM shares WHERE workspace_id = ${workspace} AND id = ${id}`,
  )
  return row ? shareRow(row) : null
}

/** Newest first; at most 1000. */
export const listShareRows = async (db: ReadDb, workspace: string): Promise<ShareRow[]> => {
  const rows = await db.rows<RawShare>(
    sql`SELECT ${columns} FROM shares WHERE workspace_id = ${workspace} ORDER BY created_at DESC, id DESC LIMIT 1000`,
  )
  return rows.map(shareRow)
}

export const insertShare = (row: ShareRow): Write => ({
  sql: `INSERT INTO shares (workspace_id, id, token_hash, title, kind, q, from_seq, to_seq, seqs, count, redacted, content,
      epoch, size, created_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  args: [
    row.workspace,
    row.id,
    row.tokenHash,
    row.title,
    row.range === null ? 'selection' : 'range',
    row.q,
    row.range?.from ?? null,
    row.range?.to ?? null,
    row.seqs === null ? null : JSON.stringify(row.seqs),
    row.count,
    JSON.stringify(row.redacted),
    row.content ? 1 : 0,
    row.epoch,
    row.size,
    row.createdBy,
    row.createdAt,
    row.expiresAt,
  ],
  expect: 1,
})

export const revokeShare = (workspace: string, id: string, now: number): Write => ({
  sql: 'UPDATE shares SET revoked_at = ? WHERE workspace_id = ? AND id = ? AND revoked_at IS NULL',
  args: [now, workspace, id],
  expect: 1,
})

/** The visit that is number `opened` + 1, and none while others were counted or the link died. */
export const countVisit = ({ workspace, id, opened }: ShareRow, now: number): Write => ({
  sql: `UPDATE shares SET opened = opened + 1, last_opened_at = ? WHERE workspace_id = ? AND id = ? AND opened = ?
    AND revoked_at IS NULL AND expires_at > ?`,
  args: [now, workspace, id, opened, now],
  expect: 1,
})

/** A visit that was turned away; changes nothing where no link has this token. */
export const countRefusal = (tokenHash: string): IngestWrite => ({
  table: 'shares',
  sql: 'UPDATE shares SET refused = refused + 1 WHERE token_hash = ?',
  args: [tokenHash],
})
