import { hashBytes, nodeHash } from '../merkle/hashes.ts'
import type { NodePlace } from '../merkle/proofs.ts'

/** Hashes of a full tile, and entries of a full bundle (C2SP tlog-tiles). */
export const tileWidth = 256
/** Levels of the tree in one tile. */
const tileHeight = 8

/** A tile of `width` hashes; its slot i is MTH(D[(n·256+i)·256^level : (n·256+i+1)·256^level]). */
export interface TilePlace {
  /** 0 to 63. */
  readonly level: number
  readonly n: number
  /** 1 to 256; 256 is a full tile. */
  readonly width: number
}

/** Where the hashes lie from which a complete subtree is folded: `count` slots of one tile, a power of two. */
export interface TileSlots {
  readonly level: number
  readonly n: number
  readonly from: number
  readonly count: number
}

/** Every complete subtree lies within one tile. */
export const slotsOf = ({ level, index }: NodePlace): TileSlots => {
  const count = 2 ** (level % tileHeight)
  const first = index * count
  const n = Math.floor(first / tileWidth)
  return { level: Math.floor(level / tileHeight), n, from: first - n * tileWidth, count }
}

/** How many hashes tile (level, n) has in a tree of `size`: 0 when it is not there, 256 when it is full. */
export const widthAt = (level: number, n: number, size: number): number => {
  const hashes = Math.floor(size / tileWidth ** level)
  return Math.max(0, Math.min(tileWidth, hashes - n * tileWidth))
}

/** The hash of the subtree in those slots of the tile's bytes. Throws RangeError when the tile is too short for them. */
export const foldSlots = (
  tile: Uint8Array,
  { from, count }: Pick<TileSlots, 'from' | 'count'>,
): Uint8Array => {
  if ((from + count) * hashBytes > tile.length) throw new RangeError('the tile has too few hashes')
  let row: Uint8Array[] = Array.from({ length: count }, (_, index) =>
    tile.slice((from + index) * hashBytes, (from + index + 1) * hashBytes),
  )
  while (row.length > 1) {
    row = row.flatMap((left, index) => {
      const right = row[index + 1]
      return index % 2 === 0 && right !== undefined ? [nodeHash(left, right)] : []
    })
  }
  const [hash] = row
  if (hash === undefined) throw new RangeError('no slot was named')
  return hash
}
