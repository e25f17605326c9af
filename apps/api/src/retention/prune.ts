import type { IngestWrite } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { dropDeadVisits } from '../shares/visit-store.ts'
import { chunksOf, listThinnable, thinWrites } from './thinning.ts'

/** How long telemetry is kept, ms. */
export interface Retention {
  readonly snapshotsMs: number
  /** Longer than any cursor or stream is expected to come back after. */
  readonly changesMs: number
  /** Snapshots older than this keep one per agent and `thinSlotMs`. */
  readonly thinAfterMs: number
  readonly thinSlotMs: number
  /** How far behind `thinAfterMs` thinning looks: longer than the longest pause between two runs. */
  readonly thinReachMs: number
}

const hourMs = 3_600_000
export const defaultRetention: Retention = {
  snapshotsMs: 30 * 24 * hourMs,
  changesMs: 48 * hourMs,
  thinAfterMs: 48 * hourMs,
  thinSlotMs: 300_000,
  thinReachMs: 72 * hourMs,
}

export interface Pruned {
  readonly snapshots: number
  readonly changes: number
  readonly thinned: number
}

const chunkRows = 2000

/**
 * Removes what is too old and thins what is old, of every workspace, in batches small enough not to hold writers up
 * (2000 rows take about 20 ms). `now` in ms. Safe to run twice, or in two processes at once. Returns rows removed.
 */
export const prune = async (
  deps: Pick<Deps, 'installation' | 'ingest'>,
  now: number,
  retention: Retention = defaultRetention,
): Promise<Pruned> => {
  const snapshots = await inChunks(deps, removeSnapshots, now - retention.snapshotsMs)
  const changes = await inChunks(deps, removeChanges, now - retention.changesMs)
  // Opened share links that can be read no longer: nothing worth a count.
  await inChunks(deps, (before) => dropDeadVisits(before, chunkRows), now)
  return { snapshots, changes, thinned: await thin(deps, now, retention) }
}

const inChunks = async (
  deps: Pick<Deps, 'ingest'>,
  write: (before: number) => IngestWrite,
  before: number,
): Promise<number> => {
  let removed = 0
  for (;;) {
    const [count = 0] = await deps.ingest(write(before))
    removed += count
    if (count < chunkRows) return removed
  }
}

const removeSnapshots = (before: number): IngestWrite => ({
  table: 'snapshots',
  sql: `DELETE FROM snapshots WHERE (workspace_id, id) IN
    (SELECT workspace_id, id FROM snapshots WHERE received_at < ? LIMIT ${chunkRows})`,
  args: [before],
})

/** Places are never given out twice: workspaces.change_seq stays, and a reader from before gets `reset`. */
const removeChanges = (before: number): IngestWrite => ({
  table: 'changes',
  sql: `DELETE FROM changes WHERE (workspace_id, seq) IN
    (SELECT workspace_id, seq FROM changes WHERE at < ? LIMIT ${chunkRows})`,
  args: [before],
})

/** Works through the reach hour by hour: one look for each, however much there is to thin. */
const thin = async (
  deps: Pick<Deps, 'installation' | 'ingest'>,
  now: number,
  { thinAfterMs, thinReachMs, thinSlotMs }: Retention,
): Promise<number> => {
  const end = now - thinAfterMs
  let removed = 0
  for (let from = end - thinReachMs; from < end; from += hourMs) {
    // Slots at the edge of an hour are looked at from both sides.
    const window = { from: from - thinSlotMs, to: Math.min(from + hourMs, end), slotMs: thinSlotMs }
    const slots = await listThinnable(deps.installation, window)
    for (const chunk of chunksOf(slots, chunkRows)) {
      const [, count = 0] = await deps.ingest(...thinWrites(chunk, thinSlotMs))
      removed += count
    }
  }
  return removed
}
