import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import type { IngestWrite } from '../db/write.ts'

/** A row of `machines` by column name; `looked_at` and `unread` are JSON. */
export interface MachineRow {
  readonly id: string
  readonly name: string
  readonly os: string | null
  readonly arch: string | null
  readonly daemon_version: string | null
  readonly daemon_started_at: number | null
  readonly first_seen_at: number
  readonly last_seen_at: number
  readonly ttl_ms: number
  readonly skew_ms: number | null
  readonly looked_at: string
  readonly unread: string
}

export const readMachines = (
  db: ReadDb,
  workspace: string,
): Promise<(MachineRow & { agent_count: number })[]> =>
  db.rows(sql`
    SELECT m.*, (SELECT count(*) FROM agents a WHERE a.workspace_id = m.workspace_id AND a.machine_id = m.id)
      AS agent_count
    FROM machines m WHERE m.workspace_id = ${workspace} ORDER BY lower(m.name), m.id`)

export const readMachine = async (
  db: ReadDb,
  workspace: string,
  id: string,
): Promise<MachineRow | undefined> => {
  const rows = await db.rows<MachineRow>(
    sql`SELECT m.* FROM machines m WHERE m.workspace_id = ${workspace} AND m.id = ${id}`,
  )
  return rows[0]
}

export const machineWrite = (workspace: string, row: MachineRow): IngestWrite => ({
  table: 'machines',
  sql: `INSERT INTO machines (workspace_id, id, name, os, arch, daemon_version, daemon_started_at, first_seen_at,
      last_seen_at, ttl_ms, skew_ms, looked_at, unread)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (workspace_id, id) DO UPDATE SET
      name = excluded.name, os = excluded.os, arch = excluded.arch, daemon_version = excluded.daemon_version,
      daemon_started_at = excluded.daemon_started_at, last_seen_at = max(last_seen_at, excluded.last_seen_at),
      ttl_ms = excluded.ttl_ms, skew_ms = coalesce(excluded.skew_ms, skew_ms),
      looked_at = excluded.looked_at, unread = excluded.unread`,
  args: [
    workspace,
    ...[row.id, row.name, row.os, row.arch, row.daemon_version, row.daemon_started_at, row.first_seen_at],
    ...[row.last_seen_at, row.ttl_ms, row.skew_ms, row.looked_at, row.unread],
  ],
})
