import { merkle, type TilePlace } from '@watchbill/ledger'

const hashBytes = 32

/** The hashes of one tile, and what they fold to. Immutable at its width, so it may be kept and shared. */
export interface Tile {
  readonly place: TilePlace
  /** `width` hashes of 32 bytes. */
  readonly bytes: Uint8Array
  /** MTH of `count` slots from `from`: `count` a power of two, `from` a multiple of it. Throws RangeError outside the tile. */
  fold(from: number, count: number): Uint8Array
}

/** Rows of inner hashes are made when first asked for: one proof needs all but the last few of them. */
export const createTile = (place: TilePlace, bytes: Uint8Array): Tile => {
  const rows: Uint8Array[] = [bytes]
  const rowAt = (height: number): Uint8Array => {
    for (let top = rows.at(-1) ?? bytes; rows.length <= height; top = rows.at(-1) ?? bytes)
      rows.push(foldRow(top))
    return rows[height] ?? bytes
  }
  return {
    place,
    bytes,
    fold(from, count) {
      const row = rowAt(Math.log2(count))
      const start = (from / count) * hashBytes
      if (start + hashBytes > row.length) throw new RangeError('the tile has too few hashes')
      return row.subarray(start, start + hashBytes)
    },
  }
}

const foldRow = (row: Uint8Array): Uint8Array => {
  const above = new Uint8Array(Math.floor(row.length / (2 * hashBytes)) * hashBytes)
  for (let at = 0; at < above.length; at += hashBytes) {
    const left = row.subarray(at * 2, at * 2 + hashBytes)
    above.set(merkle.nodeHash(left, row.subarray(at * 2 + hashBytes, at * 2 + 2 * hashBytes)), at)
  }
  return above
}
