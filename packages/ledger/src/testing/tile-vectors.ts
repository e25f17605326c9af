import {
  foldSlots,
  formatBundle,
  formatBundlePath,
  formatTilePath,
  parseBundle,
  parseTilePath,
  slotsOf,
  type TilePlace,
  widthAt,
} from '../tiles/index.ts'
import { leafAt } from './merkle-vectors.ts'
import { differ, readVector, unbase64, type VectorCheck } from './vector-reading.ts'

interface TileVector {
  readonly check: 'path' | 'bundle' | 'slots' | 'fold' | 'widths'
  readonly path: string
  readonly place: TilePlace | Omit<TilePlace, 'level'>
  readonly bundle: string
  readonly level: number
  readonly index: number
  readonly slots: unknown
  readonly from: number
  readonly count: number
  readonly hash: string
  readonly size: number
  readonly widths: readonly TilePlace[]
}
type EntriesVector = {
  readonly check: 'bundle'
  readonly entries: readonly string[]
  readonly bundle: string
}

export const checkTiles: VectorCheck = ({ valid, bytes }) => {
  const vector = readVector<TileVector>(bytes)
  if (vector.check === 'path') return checkPath(vector, valid)
  if (vector.check === 'slots') return differ(slotsOf(vector), vector.slots)
  if (vector.check === 'fold') return checkFold(vector)
  if (vector.check === 'bundle') {
    const entries = parseBundle(unbase64(vector.bundle))
    if (!valid) return differ(entries, null)
    const expected = readVector<EntriesVector>(bytes).entries
    return differ(entries, expected) ?? differ(formatBundle(expected.map(unbase64)), vector.bundle)
  }
  const made = vector.widths.map(({ level, n }) => ({ level, n, width: widthAt(level, n, vector.size) }))
  return differ(made, vector.widths)
}

const checkPath = ({ path, place }: TileVector, valid: boolean): string | null => {
  const parsed = parseTilePath(path)
  if (!valid) return differ(parsed, null)
  const written = 'level' in place ? formatTilePath(place) : formatBundlePath(place)
  return differ(parsed, place) ?? differ(written, path)
}

const checkFold = ({ from, count, hash }: TileVector): string | null => {
  const tile = new Uint8Array(256 * 32)
  for (let index = 0; index < 256; index += 1) tile.set(leafAt(index), index * 32)
  return differ(foldSlots(tile, { from, count }), hash)
}
