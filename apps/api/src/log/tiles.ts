import { Fault } from '@watchbill/contract/fault'
import { type TilePlace, tiles } from '@watchbill/ledger'
import { type SQL, sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import { createTile, type Tile } from './tile.ts'
import { cacheOf } from './tile-cache.ts'

export type TileOf = (place: TilePlace) => Tile

const keyOf = ({ level, n, width }: TilePlace) => `${level}/${n}/${width}`
const isFull = ({ width }: TilePlace) => width === tiles.tileWidth

/**
 * Tiles of a log, at the widths asked for: full ones as they were written, partial ones from leaves and from the roots of
 * the tiles below (C2SP tlog-tiles). One query for all that are not in memory. The caller knows that the log reaches so
 * far; a log that lacks rows it once had throws Fault `internal`.
 */
export const readTiles = async (
  db: ReadDb,
  workspace: string,
  places: readonly TilePlace[],
): Promise<TileOf> => {
  const cache = cacheOf(db)
  const held = new Map<string, Tile>()
  const missing = new Map<string, TilePlace>()
  for (const place of places) {
    const tile = cache.get(workspace, keyOf(place))
    if (tile) held.set(keyOf(place), tile)
    else missing.set(keyOf(place), place)
  }
  const { log, rows } = await readRows(db, workspace, [...missing.values()])
  if (!cache.confirm(workspace, log) && held.size > 0) return readTiles(db, workspace, places)
  for (const [key, place] of missing) {
    const tile = createTile(place, bytesOf(place, rows))
    cache.put(workspace, log, key, tile)
    held.set(key, tile)
  }
  return (place) => {
    const tile = held.get(keyOf(place))
    if (tile === undefined) throw new RangeError(`tile ${keyOf(place)} was not read`)
    return tile
  }
}

interface RawRow {
  readonly kind: 'log' | 'tile' | 'slots'
  readonly level: number
  readonly n: number
  readonly width: number
  readonly hashes: ArrayBuffer | null
  readonly text: string | null
}
/** Bytes of tiles by `keyOf`, as many as there are. */
type Rows = ReadonlyMap<string, Uint8Array>

const bytesOf = (place: TilePlace, rows: Rows): Uint8Array => {
  const bytes = rows.get(keyOf(place))
  if (bytes?.length === place.width * 32) return bytes
  throw new Fault('internal', `The log lacks hashes of tile ${keyOf(place)}.`, {
    mend: 'Run `watchbill log fsck`: it names every place that was lost or changed.',
  })
}

/** One statement, hence one state of the log, and one round trip to a remote server. */
const readRows = async (
  db: ReadDb,
  workspace: string,
  missing: readonly TilePlace[],
): Promise<{ log: string; rows: Rows }> => {
  const full = missing.filter(isFull).map(({ level, n }) => [level, n])
  const partial = missing.filter((place) => !isFull(place))
  const spans = partial.map(({ level, n, width }) => [level, n, n * tiles.tileWidth, width])
  // Hashes of a partial tile arrive as one text: a row for each costs as much as hashing it.
  const slots = sql.raw(
    `(wanted.value ->> 2) AND (wanted.value ->> 2) + (wanted.value ->> 3) - 1 ORDER BY 1)`,
  )
  const found = await db.rows<RawRow>(sql`
    SELECT 'log' AS kind, 0 AS level, 0 AS n, 0 AS width, NULL AS hashes, own_producer || '/' || epoch AS text
      FROM logs WHERE workspace_id = ${workspace}
    UNION ALL SELECT 'tile', t.level, t.n, 256, t.hashes, NULL FROM ${eachOf(full)} CROSS JOIN tiles t
      ON t.workspace_id = ${workspace} AND t.level = wanted.value ->> 0 AND t.n = wanted.value ->> 1
    UNION ALL SELECT 'slots', wanted.value ->> 0, wanted.value ->> 1, wanted.value ->> 3, NULL, CASE wanted.value ->> 0 WHEN 0
      THEN (SELECT group_concat(hex(leaf), '') FROM (SELECT seq, leaf FROM entries
        WHERE workspace_id = ${workspace} AND seq BETWEEN ${slots})
      ELSE (SELECT group_concat(hex(root), '') FROM (SELECT n, root FROM tile_roots
        WHERE workspace_id = ${workspace} AND level = (wanted.value ->> 0) - 1 AND n BETWEEN ${slots})
      END FROM ${eachOf(spans)}`)
  const rows = new Map<string, Uint8Array>()
  for (const { kind, hashes, text, ...place } of found) {
    if (hashes !== null) rows.set(keyOf(place), new Uint8Array(hashes))
    else if (kind === 'slots' && text !== null) rows.set(keyOf(place), parseHex(text))
  }
  return { log: found.find(({ kind }) => kind === 'log')?.text ?? '', rows }
}

/** CROSS JOIN starts from this list, so that every branch is a look-up by primary key. */
const eachOf = (wanted: readonly (readonly number[])[]): SQL =>
  sql`json_each(${JSON.stringify(wanted)}) wanted`

/** What SQLite's `hex` wrote. */
const parseHex = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length / 2)
  for (let at = 0; at < bytes.length; at += 1)
    bytes[at] = (digitOf(text.charCodeAt(at * 2)) << 4) | digitOf(text.charCodeAt(at * 2 + 1))
  return bytes
}
const digitOf = (code: number): number => (code <= 57 ? code - 48 : code - 55)
