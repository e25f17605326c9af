import type { Key, Workspace } from '@watchbill/contract/identity'
import { type Scope, scopes } from '@watchbill/contract/scope'
import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import type { IngestWrite, Write } from '../db/write.ts'

/** A row of `keys` as the code uses it: times in ms, scopes split. */
export interface KeyRow {
  readonly workspace: string
  readonly id: string
  readonly kind: Key['kind']
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly hash: string
  readonly machineId: string | null
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly revokedAt: number | null
  readonly lastUsedAt: number | null
}

export interface SessionRow {
  readonly hash: string
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly lastUsedAt: number
  readonly expiresAt: number
  readonly revokedAt: number | null
}

type RawKey = Omit<KeyRow, 'scopes'> & { scopes: string }

const keyColumns = sql.raw(
  'workspace_id AS workspace, id, kind, name, scopes, hash, machine_id AS machineId, created_at AS createdAt, ' +
    'expires_at AS expiresAt, revoked_at AS revokedAt, last_used_at AS lastUsedAt',
)

const isScope = (word: string): word is Scope => (scopes as readonly string[]).includes(word)

const keyRow = (raw: RawKey): KeyRow => ({ ...raw, scopes: raw.scopes.split(' ').filter(isScope) })

export const findKeyByHash = async (db: ReadDb, hash: string): Promise<KeyRow | null> => {
  const [row] = await db.rows<RawKey>(sql`SELECT ${keyColumns} FROM keys WHERE hash = ${hash}`)
  return row ? keyRow(row) : null
}

export const findKey = async (db: ReadDb, workspace: string, id: string): Promise<KeyRow | null> => {
  const [row] = await db.rows<RawKey>(
    sql`SELECT ${keyColumns} FROM keys WHERE workspace_id = ${workspace} AND id = ${id}`,
  )
  return row ? keyRow(row) : null
}

/** Newest first; at most 1000. */
export const listKeyRows = async (db: ReadDb, workspace: string): Promise<KeyRow[]> => {
  const rows = await db.rows<RawKey>(
    sql`SELECT ${keyColumns} FROM keys WHERE workspace_id = ${workspace} ORDER BY created_at DESC, id DESC LIMIT 1000`,
  )
  return rows.map(keyRow)
}

export const findSession = async (
  db: ReadDb,
  by: 'hash' | 'id',
  value: string,
): Promise<SessionRow | null> => {
  const column = sql.raw(by)
  const [row] = await db.rows<SessionRow>(
    sql`SELECT hash, id, name, created_at AS createdAt, last_used_at AS lastUsedAt, expires_at AS expiresAt,
      revoked_at AS revokedAt FROM browser_sessions WHERE ${column} = ${value}`,
  )
  return row ?? null
}

export const findSignInToken = async (
  db: ReadDb,
  hash: string,
): Promise<{ expiresAt: number; redeemedAt: number | null } | null> => {
  const [row] = await db.rows<{ expiresAt: number; redeemedAt: number | null }>(
    sql`SELECT expires_at AS expiresAt, redeemed_at AS redeemedAt FROM sign_in_tokens WHERE hash = ${hash}`,
  )
  return row ?? null
}

type RawWorkspace = Omit<Workspace, 'createdAt'> & { createdAt: number }

/** `default` first, then by age. */
export const listWorkspaces = (db: ReadDb): Promise<RawWorkspace[]> =>
  db.rows<RawWorkspace>(
    sql`SELECT id, name, kind, created_at AS createdAt FROM workspaces ORDER BY id <> 'default', created_at, id`,
  )

export const insertKey = (row: KeyRow): Write => ({
  sql: `INSERT INTO keys (workspace_id, id, kind, name, scopes, hash, machine_id, created_at, expires_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  args: [
    row.workspace,
    row.id,
    row.kind,
    row.name,
    row.scopes.join(' '),
    row.hash,
    row.machineId,
    row.createdAt,
    row.expiresAt,
  ],
  expect: 1,
})

export const revokeKey = (workspace: string, id: string, now: number): Write => ({
  sql: 'UPDATE keys SET revoked_at = ? WHERE workspace_id = ? AND id = ? AND revoked_at IS NULL',
  args: [now, workspace, id],
  expect: 1,
})

/** An enrolment token ends as it is used: the second of two at once changes no row and aborts its batch. */
export const consumeEnrollment = (workspace: string, id: string, now: number): Write => ({
  sql: `UPDATE keys SET revoked_at = ?, last_used_at = ? WHERE workspace_id = ? AND id = ? AND kind = 'enrollment'
    AND revoked_at IS NULL AND expires_at > ?`,
  args: [now, now, workspace, id, now],
  expect: 1,
})

export const touchKey = (workspace: string, id: string, now: number): IngestWrite => ({
  table: 'keys',
  sql: 'UPDATE keys SET last_used_at = ? WHERE workspace_id = ? AND id = ? AND revoked_at IS NULL',
  args: [now, workspace, id],
})

export const touchSession = (hash: string, now: number): IngestWrite => ({
  table: 'browser_sessions',
  sql: 'UPDATE browser_sessions SET last_used_at = ? WHERE hash = ? AND revoked_at IS NULL AND last_used_at < ?',
  args: [now, hash, now],
})

export const insertSignInToken = (hash: string, now: number, expiresAt: number): Write => ({
  sql: 'INSERT INTO sign_in_tokens (hash, created_at, expires_at) VALUES (?, ?, ?)',
  args: [hash, now, expiresAt],
  expect: 1,
})

/** Tokens that died a day ago; kept that long so that an old link is told what happened to it. */
export const dropOldSignInTokens = (now: number): Write => ({
  sql: 'DELETE FROM sign_in_tokens WHERE expires_at < ?',
  args: [now - 86_400_000],
})

export const redeemSignInToken = (hash: string, now: number): Write => ({
  sql: 'UPDATE sign_in_tokens SET redeemed_at = ? WHERE hash = ? AND redeemed_at IS NULL AND expires_at > ?',
  args: [now, hash, now],
  expect: 1,
})

export const insertSession = (row: SessionRow): Write => ({
  sql: `INSERT INTO browser_sessions (hash, id, name, created_at, last_used_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)`,
  args: [row.hash, row.id, row.name, row.createdAt, row.lastUsedAt, row.expiresAt],
  expect: 1,
})

export const revokeSession = (id: string, now: number): Write => ({
  sql: 'UPDATE browser_sessions SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL',
  args: [now, id],
  expect: 1,
})

/** Every table a workspace owns, children first. Append-only ones must go while the workspace still says it is a demo. */
const owned = [
  ...['entries', 'payloads', 'erasures', 'tiles', 'tile_roots', 'equivocations', 'producers'],
  ...['cosignatures', 'checkpoints', 'log_epochs', 'log_keys', 'witnesses', 'machine_keys', 'logs'],
  ...['changes', 'snapshots', 'sessions', 'agents', 'machines', 'keys'],
] as const

/** All of a demo workspace in one batch; a real one changes no row in the last statement and aborts everything. */
export const removeDemo = (id: string): Write[] => [
  ...owned.map((table) => ({ sql: `DELETE FROM ${table} WHERE workspace_id = ?`, args: [id] })),
  { sql: `DELETE FROM workspaces WHERE id = ? AND kind = 'demo'`, args: [id], expect: 1 },
]

export const insertWorkspace = (row: RawWorkspace): Write => ({
  sql: 'INSERT INTO workspaces (id, name, kind, created_at) VALUES (?, ?, ?, ?)',
  args: [row.id, row.name, row.kind, row.createdAt],
  expect: 1,
})
