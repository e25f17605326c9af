import { type NodePlace, type TilePlace, tiles } from '@watchbill/ledger'
import type { ReadDb } from '../db/open.ts'
import { readTiles } from './tiles.ts'

/**
 * Hashes of complete subtrees in the log of `size` leaves, `size` at most what the log holds: O(log n) tiles in one query,
 * those in memory left out. Throws RangeError for a subtree that reaches beyond `size`.
 */
export const readNodes = async (
  db: ReadDb,
  workspace: string,
  size: number,
  places: readonly NodePlace[],
): Promise<(place: NodePlace) => Uint8Array> => {
  if (places.length === 0) return () => outside(size)
  const tileOf = await readTiles(
    db,
    workspace,
    places.map((place) => tileAt(place, size)),
  )
  return (place) => {
    const { from, count } = tiles.slotsOf(place)
    return tileOf(tileAt(place, size)).fold(from, count)
  }
}

const tileAt = (place: NodePlace, size: number): TilePlace => {
  const { level, n, from, count } = tiles.slotsOf(place)
  const width = tiles.widthAt(level, n, size)
  if (from + count > width) outside(size)
  return { level, n, width }
}

const outside = (size: number): never => {
  throw new RangeError(`a log of ${size} has no such subtree`)
}
