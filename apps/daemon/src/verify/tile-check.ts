import { tiles } from '@watchbill/ledger'
import type { Contradictions } from './contradictions.ts'
import type { LogSource } from './log-source.ts'

const hashBytes = 32
const tileHeight = 8

/** Compares every tile a log serves, partial ones too, with what its entries come to. */
export const createTileCheck = (source: LogSource, size: number, found: Contradictions) => {
  const growing = new Map<number, { n: number; width: number; hashes: Uint8Array }>()
  const ready: { level: number; n: number; hashes: Uint8Array }[] = []

  const compare = async ({ level, n, hashes }: { level: number; n: number; hashes: Uint8Array }) => {
    const width = hashes.length / hashBytes
    const served = await source.tile(level, n, width)
    const place = `tile ${level}/${n}`
    if (served === null || served.length < hashes.length) found.add(place, 'missing', 'the tile is not there')
    else if (!sameBytes(served.subarray(0, hashes.length), hashes))
      found.add(place, 'tile', 'its hashes do not follow from the entries')
  }

  return {
    /** Every complete subtree, as `merkle.appendLeaf` tells. */
    node(level: number, index: number, hash: Uint8Array): void {
      if (level % tileHeight !== 0) return
      const at = level / tileHeight
      const slot = index % tiles.tileWidth
      const tile = growing.get(at) ?? { n: 0, width: 0, hashes: new Uint8Array(tiles.tileWidth * hashBytes) }
      tile.hashes.set(hash, slot * hashBytes)
      tile.n = (index - slot) / tiles.tileWidth
      tile.width = slot + 1
      growing.set(at, tile)
      if (tile.width < tiles.tileWidth) return
      ready.push({ level: at, n: tile.n, hashes: tile.hashes })
      growing.delete(at)
    },
    async flush(): Promise<void> {
      for (const tile of ready.splice(0)) await compare(tile)
    },
    /** The partial tiles of a log of this size. */
    async end(): Promise<void> {
      for (const [level, { n, width, hashes }] of growing)
        if (tiles.widthAt(level, n, size) === width)
          await compare({ level, n, hashes: hashes.slice(0, width * hashBytes) })
    },
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, index) => byte === b[index])
