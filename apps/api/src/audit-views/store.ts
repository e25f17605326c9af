import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import type { Write } from '../db/write.ts'

export interface ViewRow {
  readonly id: string
  readonly name: string
  readonly q: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** By name, letters without case first. */
export const readViews = (db: ReadDb, workspace: string): Promise<ViewRow[]> =>
  db.rows(sql`SELECT id, name, q, created_at AS createdAt, updated_at AS updatedAt FROM views
    WHERE workspace_id = ${workspace} ORDER BY lower(name), name`)

/** Most views in a workspace. */
export const viewsMost = 200

/** Changes nothing, and fails its batch, when the name is taken or there are too many. */
export const insertView = (workspace: string, { id, name, q, createdAt, updatedAt }: ViewRow): Write => ({
  sql: `INSERT INTO views (workspace_id, id, name, q, created_at, updated_at) SELECT ?1, ?2, ?3, ?4, ?5, ?6
    WHERE (SELECT count(*) FROM views WHERE workspace_id = ?1) < ?7
      AND NOT EXISTS (SELECT 1 FROM views WHERE workspace_id = ?1 AND name = ?3)`,
  args: [workspace, id, name, q, createdAt, updatedAt, viewsMost],
  expect: 1,
})

/** Changes nothing, and fails its batch, when the view is gone or another one has the name. */
export const updateView = (workspace: string, { id, name, q, updatedAt }: ViewRow): Write => ({
  sql: `UPDATE views SET name = ?3, q = ?4, updated_at = ?5 WHERE workspace_id = ?1 AND id = ?2
    AND NOT EXISTS (SELECT 1 FROM views WHERE workspace_id = ?1 AND name = ?3 AND id <> ?2)`,
  args: [workspace, id, name, q, updatedAt],
  expect: 1,
})

export const deleteView = (workspace: string, id: string): Write => ({
  sql: 'DELETE FROM views WHERE workspace_id = ? AND id = ?',
  args: [workspace, id],
  expect: 1,
})
