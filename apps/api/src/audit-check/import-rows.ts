import type { Client } from '@libsql/client/http'
import { base64url, type Frontier, merkle, tiles } from '@watchbill/ledger'
import { bindValue } from '../db/bind.ts'
import { type FolderEntry, FolderError, type FolderLog } from './read-folder.ts'

type Hand = Pick<Client, 'execute' | 'batch'>
type Value = string | number | Uint8Array | null

export interface ImportOptions {
  /** `prd_…`: the control plane's own chain begins anew; the old one is a producer like any other. */
  readonly ownProducer: string
  /** ms */
  readonly now: number
  readonly onProgress: (done: number, of: number) => void
}

const chunk = tiles.tileWidth

interface Chain {
  readonly no: number
  next: number
  last: Uint8Array
}

/**
 * Lays an exported log down row by row; the workspace and its head come last, in one batch, so nothing is seen of half a log.
 * Cut short, it goes on where it stopped. Throws FolderError for what was not signed, before the head is there.
 */
export const importRows = async (hand: Hand, log: FolderLog, options: ImportOptions): Promise<void> => {
  const { workspace } = log.facts
  const chains = new Map<string, Chain>()
  const cutter = createCutter(workspace)
  let frontier: Frontier = merkle.emptyFrontier
  let page: FolderEntry[] = []
  const flush = async () => {
    await putEntries(hand, workspace, page, chains, options.now)
    await hand.batch(cutter.take(), 'write')
    page = []
    options.onProgress(frontier.size, log.size)
  }
  for await (const entry of log.entries()) {
    frontier = merkle.appendLeaf(frontier, entry.leaf, cutter.node)
    page.push(entry)
    if (page.length === chunk) await flush()
  }
  if (page.length > 0) await flush()
  await hand.batch(headStatements(log, frontier, chains, options), 'write')
}

/** Skips what an import that was cut short left; anything else at its place is somebody else's. */
const putEntries = async (
  hand: Hand,
  workspace: string,
  page: readonly FolderEntry[],
  chains: Map<string, Chain>,
  now: number,
): Promise<void> => {
  const from = page[0]?.seq ?? 0
  const { rows } = await hand.execute(
    statement('SELECT leaf FROM entries WHERE workspace_id = ? AND seq >= ? AND seq < ? ORDER BY seq', [
      workspace,
      from,
      from + page.length,
    ]),
  )
  const statements = page.flatMap(({ seq, header, bytes, leaf, opened }, index) => {
    const known = chains.get(header.producer)
    const chain = known ?? { no: chains.size + 1, next: 0, last: leaf }
    chains.set(header.producer, { no: chain.no, next: header.pseq + 1, last: leaf })
    const there = rows[index]?.leaf
    if (there instanceof ArrayBuffer) {
      if (merkle.sameHash(new Uint8Array(there), leaf)) return []
      throw new FolderError(`entry ${seq}: another entry stands at its place in the database`)
    }
    return [
      statement('INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)', [
        workspace,
        seq,
        chain.no,
        header.pseq,
        now,
        leaf,
        bytes,
      ]),
      ...(opened === null
        ? []
        : [
            statement('INSERT INTO payloads VALUES (?, ?, ?, ?)', [
              workspace,
              seq,
              opened.salt,
              opened.payload,
            ]),
          ]),
    ]
  })
  if (statements.length > 0) await hand.batch(statements, 'write')
}

const createCutter = (workspace: string) => {
  const growing = new Map<number, Uint8Array>()
  const ready: ReturnType<typeof statement>[] = []
  const put = (table: 'tiles' | 'tile_roots', level: number, n: number, bytes: Uint8Array): void => {
    ready.push(
      statement(
        `INSERT INTO ${table} SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS
          (SELECT 1 FROM ${table} WHERE workspace_id = ?1 AND level = ?2 AND n = ?3)`,
        [workspace, level, n, bytes],
      ),
    )
  }
  return {
    node(height: number, index: number, hash: Uint8Array): void {
      if (height % 8 !== 0) return
      const level = height / 8
      const slot = index % tiles.tileWidth
      const tile = growing.get(level) ?? new Uint8Array(tiles.tileWidth * 32)
      growing.set(level, tile)
      tile.set(hash, slot * 32)
      if (level > 0) put('tile_roots', level - 1, index, hash)
      if (slot + 1 < tiles.tileWidth) return
      put('tiles', level, (index - slot) / tiles.tileWidth, tile)
      growing.delete(level)
    },
    take: () => ready.splice(0),
  }
}

const headStatements = (
  { facts, origin, size, root, note }: FolderLog,
  frontier: Frontier,
  chains: ReadonlyMap<string, Chain>,
  { ownProducer, now }: ImportOptions,
) => {
  const ws = facts.workspace
  const into = (table: string, columns: string, values: readonly Value[]) =>
    statement(`INSERT INTO ${table} (${columns}) VALUES (${values.map(() => '?').join(', ')})`, values)
  const hash = (text: string | null) => (text === null ? null : base64url.decode(text))
  return [
    into('workspaces', 'id, name, kind, created_at', [ws, ws, 'real', now]),
    into('logs', 'workspace_id, origin, epoch, size, frontier, own_producer', [
      ...[ws, origin, facts.epoch, size, merkle.formatFrontier(frontier), ownProducer],
    ]),
    ...[...chains].map(([id, { no, next, last }]) =>
      // Nobody's: whoever wrote as this producer did so elsewhere, and cannot go on here.
      into('producers', 'workspace_id, id, no, owner, next_pseq, last_leaf, first_seen_at, last_seen_at', [
        ...[ws, id, no, 'imported', next, last, now, now],
      ]),
    ),
    ...facts.epochs.map((one) =>
      into('log_epochs', 'workspace_id, epoch, origin, size, old_origin, old_size, old_root, began_at', [
        ...[ws, one.epoch, one.origin, one.size, one.oldOrigin, one.oldSize, hash(one.oldRoot), now],
      ]),
    ),
    ...facts.keys.map((key, index) =>
      into('log_keys', 'workspace_id, epoch, id, vkey, added_at, added_seq, retired_size', [
        ...[ws, key.epoch, `imported-${index}`, key.vkey, now, key.addedSeq, key.retiredSize ?? size],
      ]),
    ),
    ...facts.erasures.map(({ seq, by }) =>
      into('erasures', 'workspace_id, seq, by_seq, erased_at', [ws, seq, by, now]),
    ),
    ...facts.equivocations.map((one) =>
      into('equivocations', 'workspace_id, producer_id, pseq, leaf, header, received_at', [
        ...[ws, one.producer, one.pseq, hash(one.leaf), hash(one.header), now],
      ]),
    ),
    into('checkpoints', 'workspace_id, epoch, size, root, note, signed_at', [
      ws,
      facts.epoch,
      size,
      root,
      note,
      now,
    ]),
  ]
}

const statement = (sql: string, values: readonly Value[]) => ({ sql, args: values.map(bindValue) })
