import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import type { IngestWrite } from '../db/write.ts'

/** One agent's snapshots within one slot of time, more than one of them. */
interface Slot {
  readonly ws: string
  readonly agent: string
  readonly slot: number
  readonly count: number
}

export interface ThinWindow {
  /** By time of receipt, ms; slots are by time of observation. */
  readonly from: number
  readonly to: number
  readonly slotMs: number
}

/** Slots that still hold more than one snapshot. */
export const listThinnable = (db: ReadDb, { from, to, slotMs }: ThinWindow): Promise<Slot[]> =>
  db.rows<Slot>(sql`
    SELECT workspace_id AS ws, agent_id AS agent, observed_at / ${slotMs} AS slot, count(*) AS count
    FROM snapshots WHERE received_at >= ${from} AND received_at < ${to} AND observed_at < ${to}
    GROUP BY ws, agent, slot HAVING count(*) > 1`)

/** Runs of slots that hold about `rows` snapshots together. */
export const chunksOf = (slots: readonly Slot[], rows: number): Slot[][] => {
  const chunks: Slot[][] = []
  let room = 0
  for (const slot of slots) {
    if (room <= 0) {
      chunks.push([])
      room = rows
    }
    chunks.at(-1)?.push(slot)
    room -= slot.count
  }
  return chunks
}

const worstFirst = `h.late, h.liveness = 'unreadable' DESC, h.waiting > 0 DESC, h.health = 'unhealthy' DESC,
  h.liveness = 'stopped', h.working > 0 DESC, h.observed_at, h.id`

/**
 * Keeps of each slot the snapshot with the worst state, vouching as long as the slot's snapshots did together: a
 * ribbon drawn later shows neither gaps nor calm where there were none.
 */
export const thinWrites = (slots: readonly Slot[], slotMs: number): IngestWrite[] => {
  const ranked = `WITH slots AS (
      SELECT value ->> '$.ws' AS ws, value ->> '$.agent' AS agent, value ->> '$.slot' AS slot FROM json_each(?1)
    ), ranked AS (
      SELECT h.workspace_id AS ws, h.id, max(h.observed_at + h.ttl_ms) OVER w AS covered, row_number() OVER
        (PARTITION BY h.workspace_id, h.agent_id, slots.slot ORDER BY ${worstFirst}) AS place
      FROM slots JOIN snapshots h ON h.workspace_id = slots.ws AND h.agent_id = slots.agent
        AND h.observed_at >= slots.slot * ?2 AND h.observed_at < (slots.slot + 1) * ?2
      WINDOW w AS (PARTITION BY h.workspace_id, h.agent_id, slots.slot)
    )`
  const args = [JSON.stringify(slots.map(({ ws, agent, slot }) => ({ ws, agent, slot }))), slotMs]
  return [
    {
      table: 'snapshots',
      sql: `${ranked} UPDATE snapshots SET ttl_ms = ranked.covered - snapshots.observed_at FROM ranked
        WHERE snapshots.workspace_id = ranked.ws AND snapshots.id = ranked.id AND ranked.place = 1`,
      args,
    },
    {
      table: 'snapshots',
      sql: `${ranked} DELETE FROM snapshots WHERE (workspace_id, id) IN
        (SELECT ws, id FROM ranked WHERE place > 1)`,
      args,
    },
  ]
}
