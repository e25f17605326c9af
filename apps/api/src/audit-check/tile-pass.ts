import { tiles } from '@watchbill/ledger'
import type { Findings } from './findings.ts'
import type { LogRows } from './rows.ts'

interface Full {
  readonly level: number
  readonly n: number
  readonly hashes: Uint8Array
}

const hashBytes = 32
const tileHeight = 8

/** Cuts the tree into tiles as it grows and compares every full one, and its root, with what is stored. */
export const createTilePass = (rows: LogRows, findings: Findings) => {
  const growing = new Map<number, Uint8Array>()
  const full: Full[] = []
  const roots: { level: number; n: number; hash: Uint8Array }[] = []

  const put = (level: number, index: number, hash: Uint8Array): void => {
    const slot = index % tiles.tileWidth
    const tile = growing.get(level) ?? new Uint8Array(tiles.tileWidth * hashBytes)
    tile.set(hash, slot * hashBytes)
    growing.set(level, tile)
    if (slot + 1 < tiles.tileWidth) return
    full.push({ level, n: (index - slot) / tiles.tileWidth, hashes: tile })
    growing.delete(level)
  }

  return {
    /** Every complete subtree, in the order it is finished (`merkle.appendLeaf`). */
    node(level: number, index: number, hash: Uint8Array): void {
      if (level % tileHeight !== 0) return
      put(level / tileHeight, index, hash)
      if (level > 0) roots.push({ level: level / tileHeight - 1, n: index, hash })
    },
    /** Compares what has filled since the last call. */
    async flush(): Promise<void> {
      const wanted = full.map(({ level, n, hashes }) => ({ level, n, bytes: hashes }))
      await compare(wanted, rows.tiles, findings, 'tile')
      await compare(
        roots.map(({ level, n, hash }) => ({ level, n, bytes: hash })),
        rows.tileRoots,
        findings,
        'tile_root',
      )
      full.length = 0
      roots.length = 0
    },
    async end(): Promise<void> {
      for (const table of ['tiles', 'tile_roots'] as const)
        for (const { level, n } of await rows.strayTiles(table))
          findings.add(
            `${table}.stray`,
            `tile ${level}/${n}`,
            `${table} holds a tile that the log does not have`,
          )
    },
  }
}

interface Wanted {
  readonly level: number
  readonly n: number
  readonly bytes: Uint8Array
}

const compare = async (
  wanted: readonly Wanted[],
  read: LogRows['tiles'],
  findings: Findings,
  kind: 'tile' | 'tile_root',
): Promise<void> => {
  for (const level of new Set(wanted.map((one) => one.level))) {
    const ofLevel = wanted.filter((one) => one.level === level)
    const places = ofLevel.map(({ n }) => n)
    const stored = new Map(
      (await read(level, Math.min(...places), Math.max(...places) + 1)).map(({ n, bytes }) => [n, bytes]),
    )
    for (const { n, bytes } of ofLevel) {
      const found = stored.get(n)
      const place = `tile ${level}/${n}`
      if (found === undefined) findings.add(`${kind}.missing`, place, 'it is full and not stored')
      else if (Buffer.compare(found, bytes) !== 0)
        findings.add(`${kind}.hashes`, place, 'its hashes do not follow from the entries')
    }
  }
}
