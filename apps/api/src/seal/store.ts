import { type Frontier, merkle } from '@watchbill/ledger'
import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'

/** What sealing has to know of a log, from one look. */
export interface SealState {
  readonly workspace: string
  /** What the log is called in the second place. */
  readonly name: string
  readonly origin: string | null
  readonly epoch: number
  readonly frontier: Frontier
  /** The newest checkpoint of this epoch; null while there is none. */
  readonly sealedSize: number | null
  readonly sealedAt: number | null
}

interface RawState {
  readonly origin: string | null
  readonly epoch: number
  readonly size: number
  readonly frontier: ArrayBuffer
  readonly producer: string
  readonly kind: 'real' | 'demo'
  readonly sealedSize: number | null
  readonly sealedAt: number | null
}

/** Null for a workspace without a log. Throws when the head row is no frontier of its size. */
export const readSealState = async (db: ReadDb, workspace: string): Promise<SealState | null> => {
  const [row] = await db.rows<RawState>(sql`
    SELECT l.origin, l.epoch, l.size, l.frontier, l.own_producer AS producer, w.kind, c.size AS sealedSize,
      c.signed_at AS sealedAt
    FROM logs l JOIN workspaces w ON w.id = l.workspace_id
      LEFT JOIN checkpoints c ON c.workspace_id = l.workspace_id AND c.epoch = l.epoch AND c.size =
        (SELECT max(n.size) FROM checkpoints n WHERE n.workspace_id = l.workspace_id AND n.epoch = l.epoch)
    WHERE l.workspace_id = ${workspace}`)
  if (!row) return null
  const { origin, epoch, size, sealedSize, sealedAt } = row
  const frontier = merkle.parseFrontier(size, new Uint8Array(row.frontier))
  if (frontier === null)
    throw new Error(`the head of the log ${workspace} is damaged: run \`watchbill log fsck\``)
  return { workspace, name: nameOf(workspace, row), origin, epoch, frontier, sealedSize, sealedAt }
}

/** A demo workspace may be deleted and made anew, and is another log then; a real one stays the same log for ever. */
const nameOf = (workspace: string, { kind, producer }: Pick<RawState, 'kind' | 'producer'>): string =>
  kind === 'demo' ? `${workspace}.${producer}` : workspace

/** Workspaces whose log grew since its newest checkpoint, or that has none. */
export const listUnsealed = async (db: ReadDb): Promise<string[]> => {
  const rows = await db.rows<{ id: string }>(sql`
    SELECT workspace_id AS id FROM logs l WHERE size > coalesce((SELECT max(size) FROM checkpoints c
      WHERE c.workspace_id = l.workspace_id AND c.epoch = l.epoch), 0) ORDER BY workspace_id`)
  return rows.map(({ id }) => id)
}

export const listLogs = async (db: ReadDb): Promise<string[]> => {
  const rows = await db.rows<{ id: string }>(sql`SELECT workspace_id AS id FROM logs ORDER BY workspace_id`)
  return rows.map(({ id }) => id)
}

/** A key that signs. */
export interface ActiveKey {
  readonly epoch: number
  readonly id: string
  readonly vkey: string
  readonly sealedSeed: Uint8Array
  readonly addedAt: number
  readonly addedSeq: number | null
}

/** Keys not retired, newest first. */
export const readActiveKeys = async (db: ReadDb, workspace: string): Promise<ActiveKey[]> => {
  const rows = await db.rows<Omit<ActiveKey, 'sealedSeed'> & { sealedSeed: ArrayBuffer }>(sql`
    SELECT epoch, id, vkey, sealed_seed AS sealedSeed, added_at AS addedAt, added_seq AS addedSeq FROM log_keys
    WHERE workspace_id = ${workspace} AND retired_size IS NULL AND sealed_seed IS NOT NULL
    ORDER BY epoch DESC, added_at DESC, id`)
  return rows.map((row) => ({ ...row, sealedSeed: new Uint8Array(row.sealedSeed) }))
}

export interface Takeover {
  readonly epoch: number
  readonly origin: string
  readonly oldOrigin: string | null
  readonly oldSize: number | null
  readonly oldRoot: Uint8Array | null
}

/** The newest row of log_epochs: what the log was taken over from. */
export const readTakeover = async (db: ReadDb, workspace: string): Promise<Takeover | null> => {
  const [row] = await db.rows<Omit<Takeover, 'oldRoot'> & { oldRoot: ArrayBuffer | null }>(sql`
    SELECT epoch, origin, old_origin AS oldOrigin, old_size AS oldSize, old_root AS oldRoot FROM log_epochs
    WHERE workspace_id = ${workspace} ORDER BY epoch DESC LIMIT 1`)
  return row ? { ...row, oldRoot: row.oldRoot && new Uint8Array(row.oldRoot) } : null
}

/** The newest checkpoint the database itself remembers, of any epoch. */
export const readNewestCheckpoint = async (
  db: ReadDb,
  workspace: string,
): Promise<{ epoch: number; size: number; root: Uint8Array; note: string } | null> => {
  const [row] = await db.rows<{ epoch: number; size: number; root: ArrayBuffer; note: string }>(sql`
    SELECT epoch, size, root, note FROM checkpoints WHERE workspace_id = ${workspace}
    ORDER BY epoch DESC, size DESC LIMIT 1`)
  return row ? { ...row, root: new Uint8Array(row.root) } : null
}
