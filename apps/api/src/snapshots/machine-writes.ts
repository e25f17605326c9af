import type { Snapshot } from '@watchbill/contract/snapshots'
import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import type { IngestWrite } from '../db/write.ts'
import { inList } from '../fleet/state.ts'
import { type MachineClock, onOurClock } from './clock.ts'

export interface StoredMachine {
  readonly id: string
  readonly last_seen_at: number
  readonly ttl_ms: number
}

export const readMachines = async (
  db: ReadDb,
  workspace: string,
  ids: readonly string[],
): Promise<Map<string, StoredMachine>> => {
  const rows = await db.rows<StoredMachine>(sql`
    SELECT id, last_seen_at, ttl_ms FROM machines
    WHERE workspace_id = ${workspace} AND id IN ${inList([...new Set(ids)])}`)
  return new Map(rows.map((row) => [row.id, row]))
}

/** Machines the snapshots come from: created on sight, else only seen again. News: the new ones and those come back. */
export const machineWrites = (
  workspace: string,
  snapshots: readonly Snapshot[],
  stored: ReadonlyMap<string, StoredMachine>,
  clock: MachineClock,
): { writes: IngestWrite[]; news: string[] } => {
  const seen = [...seenMachines(snapshots, clock).values()]
  const news = seen.filter((row) => {
    const known = stored.get(row.id)
    return (
      !known ||
      (known.last_seen_at + known.ttl_ms <= clock.receivedAt && row.last_seen_at > known.last_seen_at)
    )
  })
  const skewMs = clock.known ? (clock.skewMs ?? 0) : null
  return {
    writes: seen.map((row) => ({
      table: 'machines',
      sql: `INSERT INTO machines (workspace_id, id, name, first_seen_at, last_seen_at, ttl_ms, skew_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (workspace_id, id) DO UPDATE SET
          first_seen_at = min(first_seen_at, excluded.first_seen_at),
          last_seen_at = max(last_seen_at, excluded.last_seen_at),
          skew_ms = coalesce(excluded.skew_ms, skew_ms)`,
      args: [workspace, row.id, row.name, row.first_seen_at, row.last_seen_at, row.ttl_ms, skewMs],
    })),
    news: news.map(({ id }) => id),
  }
}

interface SeenMachine extends StoredMachine {
  readonly name: string
  readonly first_seen_at: number
}

/** A request that says what time it has proves the machine is there now; otherwise its newest snapshot does. */
const seenMachines = (snapshots: readonly Snapshot[], clock: MachineClock): Map<string, SeenMachine> => {
  const seen = new Map<string, SeenMachine>()
  for (const { machine, observedAt, ttlMs } of snapshots) {
    const at = onOurClock(clock, observedAt)
    const known = seen.get(machine.id)
    seen.set(machine.id, {
      id: machine.id,
      name: machine.name,
      first_seen_at: Math.min(at, known?.first_seen_at ?? at),
      last_seen_at: clock.known ? clock.receivedAt : Math.max(at, known?.last_seen_at ?? at),
      ttl_ms: Math.max(ttlMs, known?.ttl_ms ?? 0),
    })
  }
  return seen
}
