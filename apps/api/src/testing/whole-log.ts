import { merkle, parseHeader, tiles } from '@watchbill/ledger'
import { expect } from 'vitest'
import type { TestDatabase } from './database.ts'

/**
 * Derives a log anew from its stored headers, sharing nothing with the writer but packages/ledger: leaves, dense places,
 * every producer's chain, the frontier, every full tile and tile root. Returns the headers' texts.
 */
export const expectWhole = async (
  database: TestDatabase,
  workspace: string,
  size?: number,
): Promise<string[]> => {
  const rows = await database.raw(
    'SELECT seq, producer_no, pseq, leaf, header FROM entries WHERE workspace_id = ? ORDER BY seq',
    [workspace],
  )
  const headers = rows.map((row) => bytesOf(row.header))
  const leaves = headers.map((bytes) => merkle.leafHash(bytes))
  expect(rows.map((row) => row.seq)).toEqual(rows.map((_, index) => index))
  expect(rows.map((row) => bytesOf(row.leaf))).toEqual(leaves)
  expectChains(headers, leaves)
  if (size !== undefined) expect(rows.length).toBe(size)
  await expectHead(database, workspace, leaves)
  await expectTiles(database, workspace, leaves)
  return headers.map((bytes) => new TextDecoder().decode(bytes))
}

const expectChains = (headers: readonly Uint8Array[], leaves: readonly Uint8Array[]): void => {
  const chains = new Map<string, { next: number; prev: string }>()
  for (const [index, bytes] of headers.entries()) {
    const { producer, pseq, prev } = parseHeader(bytes)
    const chain = chains.get(producer) ?? { next: 0, prev: 'A'.repeat(43) }
    expect([pseq, prev]).toEqual([chain.next, chain.prev])
    chains.set(producer, { next: pseq + 1, prev: Buffer.from(leaves[index] ?? []).toString('base64url') })
  }
}

const expectHead = async (
  database: TestDatabase,
  workspace: string,
  leaves: readonly Uint8Array[],
): Promise<void> => {
  const [head] = await database.raw('SELECT size, frontier FROM logs WHERE workspace_id = ?', [workspace])
  const frontier = leaves.reduce((tree, leaf) => merkle.appendLeaf(tree, leaf), merkle.emptyFrontier)
  if (leaves.length > 0) expect(head?.size).toBe(leaves.length)
  if (head) expect(bytesOf(head.frontier)).toEqual(merkle.formatFrontier(frontier))
}

/** C2SP tlog-tiles, level by level from the leaves: full tiles only. */
const expectTiles = async (
  database: TestDatabase,
  workspace: string,
  leaves: readonly Uint8Array[],
): Promise<void> => {
  const wanted: { level: number; n: number; hashes: Uint8Array; root: Uint8Array }[] = []
  let row = leaves
  for (let level = 0; row.length >= tiles.tileWidth; level += 1) {
    const above: Uint8Array[] = []
    for (let n = 0; (n + 1) * tiles.tileWidth <= row.length; n += 1) {
      const hashes = new Uint8Array(Buffer.concat(row.slice(n * tiles.tileWidth, (n + 1) * tiles.tileWidth)))
      const root = tiles.foldSlots(hashes, { from: 0, count: tiles.tileWidth })
      wanted.push({ level, n, hashes, root })
      above.push(root)
    }
    row = above
  }
  const stored = await database.raw(
    `SELECT t.level, t.n, t.hashes, r.root FROM tiles t LEFT JOIN tile_roots r USING (workspace_id, level, n)
      WHERE t.workspace_id = ? ORDER BY t.level, t.n`,
    [workspace],
  )
  const found = stored.map((one) => ({
    level: one.level,
    n: one.n,
    hashes: bytesOf(one.hashes),
    root: bytesOf(one.root),
  }))
  expect(found).toEqual(wanted)
}

const bytesOf = (value: unknown): Uint8Array => {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  throw new Error('not a blob')
}
