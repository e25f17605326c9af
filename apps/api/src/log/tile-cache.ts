import type { ReadDb } from '../db/open.ts'
import type { Tile } from './tile.ts'

/** At most 16 KiB each with what they fold to, so 8 MiB in all: every upper tile of a large log, and the newest ones below. */
const mostTiles = 512

/**
 * Tiles read lately, of all logs of one database. `log` names the very log, not its workspace: a demo workspace may be
 * deleted and made anew, and a restored one goes on in another epoch: then nothing that was kept of it holds.
 */
export interface TileCache {
  get(workspace: string, key: string): Tile | undefined
  put(workspace: string, log: string, key: string, tile: Tile): void
  /** False, and everything of the workspace dropped, when tiles of another log were kept for it. */
  confirm(workspace: string, log: string): boolean
}

const caches = new WeakMap<ReadDb, TileCache>()

/** The cache that belongs to these readers. */
export const cacheOf = (db: ReadDb): TileCache => {
  const known = caches.get(db)
  if (known) return known
  const cache = createTileCache()
  caches.set(db, cache)
  return cache
}

const createTileCache = (): TileCache => {
  const kept = new Map<string, Tile>()
  const logs = new Map<string, string>()
  const nameOf = (workspace: string, key: string) => `${workspace} ${key}`
  const confirm = (workspace: string, log: string): boolean => {
    const before = logs.get(workspace)
    if (before === log) return true
    logs.set(workspace, log)
    if (before === undefined) return true
    for (const name of kept.keys()) if (name.startsWith(`${workspace} `)) kept.delete(name)
    return false
  }
  return {
    confirm,
    get(workspace, key) {
      const name = nameOf(workspace, key)
      const tile = kept.get(name)
      if (tile === undefined) return undefined
      // A Map keeps insertion order: what was used last goes to the end.
      kept.delete(name)
      kept.set(name, tile)
      return tile
    },
    put(workspace, log, key, tile) {
      confirm(workspace, log)
      kept.set(nameOf(workspace, key), tile)
      const [oldest] = kept.keys()
      if (kept.size > mostTiles && oldest !== undefined) kept.delete(oldest)
    },
  }
}
