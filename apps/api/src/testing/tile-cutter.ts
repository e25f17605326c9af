import { tiles } from '@watchbill/ledger'

type Cell = string | bigint | Uint8Array | null

/** Runs any statement on the database the log stands in. */
export type RunSql = (sql: string, args: Cell[]) => Promise<unknown>

/** One statement for all rows; none without rows. */
export const insertAll = async (
  run: RunSql,
  into: string,
  rows: readonly (readonly Cell[])[],
): Promise<void> => {
  const [first] = rows
  if (!first) return
  const one = `(${first.map(() => '?').join(', ')})`
  await run(`INSERT INTO ${into} VALUES ${rows.map(() => one).join(', ')}`, rows.flat())
}

/** Cuts full tiles and their roots out of the complete subtrees that a growing tree finishes. */
export const createTileCutter = () => {
  const open: Uint8Array[] = []
  let full: Cell[][] = []
  let roots: Cell[][] = []
  return {
    onNode(level: number, index: number, hash: Uint8Array): void {
      if (level % 8 !== 0) return
      const height = level / 8
      const slot = index % tiles.tileWidth
      const bytes = open[height] ?? new Uint8Array(tiles.tileWidth * 32)
      open[height] = bytes
      bytes.set(hash, slot * 32)
      if (height > 0) roots.push([BigInt(height - 1), BigInt(index), hash])
      if (slot === tiles.tileWidth - 1)
        full.push([BigInt(height), BigInt((index - slot) / tiles.tileWidth), bytes.slice()])
    },
    async flush(run: RunSql, workspace: string): Promise<void> {
      await insertAll(
        run,
        'tiles (workspace_id, level, n, hashes)',
        full.map((row) => [workspace, ...row]),
      )
      await insertAll(
        run,
        'tile_roots (workspace_id, level, n, root)',
        roots.map((row) => [workspace, ...row]),
      )
      full = []
      roots = []
    },
  }
}
