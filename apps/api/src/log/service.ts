import { Fault } from '@watchbill/contract/fault'
import { evidence, type TilePlace, tiles } from '@watchbill/ledger'
import { proveKeys } from '../audit/key-proofs.ts'
import type { ReadDb } from '../db/open.ts'
import type { Deps } from '../deps.ts'
import type { Actor } from '../http/handler.ts'
import { sealIfStale } from '../seal/lazy.ts'
import type { SealDeps } from '../seal/seal.ts'
import { type LogState, readHeaders, readKeys, readLog, type StoredCheckpoint } from './store.ts'
import { readTiles } from './tiles.ts'

type Readers = Pick<Deps, 'dbFor'>

/** One answer for all of it: a missing log and a forbidden one look alike (DESIGN rule 3). */
const nothingHere = () => new Fault('not_found', 'There is no such log here, or nothing at this place in it.')

/** The log, for whoever may read it as tiles: anyone once it is published, else `audit:read` of that very workspace. */
const requireLog = async (deps: Readers, workspace: string, actor: Actor | null): Promise<LogState> => {
  const state = await readLog(deps.dbFor(workspace), workspace)
  const own = actor?.workspaces.includes(workspace) === true && actor.scopes.has('audit:read')
  if (state === null || !(state.published || own)) throw nothingHere()
  return state
}

/** What may be read of a log without asking who reads: the newest checkpoint, and everything below its size. */
interface Served<T> {
  readonly published: boolean
  readonly body: T
}

/** Throws Fault `not_found` before the first checkpoint. */
export const readCheckpoint = async (
  deps: SealDeps,
  workspace: string,
  actor: Actor | null,
): Promise<Served<StoredCheckpoint>> => {
  let log = await requireLog(deps, workspace, actor)
  // Where nothing runs between requests, looking seals; but nobody does so who may not look.
  if (await sealIfStale(deps, workspace)) log = await requireLog(deps, workspace, actor)
  const { checkpoint, published } = log
  if (checkpoint === null) throw nothingHere()
  return { published, body: checkpoint }
}

/**
 * The resource at `tile/<path>` (C2SP tlog-tiles), at any width it ever had; nothing above the newest checkpoint, which
 * alone is certain to stay. Throws Fault `not_found`.
 */
export const readTile = async (
  deps: Readers,
  workspace: string,
  path: string,
  actor: Actor | null,
): Promise<Served<{ readonly bytes: Uint8Array; readonly kind: 'hashes' | 'entries' }>> => {
  const { checkpoint, published } = await requireLog(deps, workspace, actor)
  const place = tiles.parseTilePath(`tile/${path}`)
  if (place === null || checkpoint === null) throw nothingHere()
  const level = 'level' in place ? place.level : 0
  const widest = tiles.widthAt(level, place.n, checkpoint.size)
  if (place.width > widest) throw nothingHere()
  const db = deps.dbFor(workspace)
  if (!('level' in place)) {
    return { published, body: { bytes: await readBundle(db, workspace, place), kind: 'entries' } }
  }
  return { published, body: { bytes: await readHashes(db, workspace, place, widest), kind: 'hashes' } }
}

const readBundle = async (
  db: ReadDb,
  workspace: string,
  { n, width }: Omit<TilePlace, 'level'>,
): Promise<Uint8Array> => {
  const from = n * tiles.tileWidth
  return tiles.formatBundle(await readHeaders(db, workspace, from, from + width))
}

/** A narrower tile is the beginning of the one at hand. */
const readHashes = async (
  db: ReadDb,
  workspace: string,
  place: TilePlace,
  widest: number,
): Promise<Uint8Array> => {
  const whole = { ...place, width: widest }
  const tileOf = await readTiles(db, workspace, [whole])
  return tileOf(whole).bytes.slice(0, place.width * 32)
}

/** Verifier keys, one a line, oldest first. Throws Fault `not_found`. */
export const readLogKeys = async (
  deps: Readers,
  workspace: string,
  actor: Actor | null,
): Promise<Served<string>> => {
  const { published } = await requireLog(deps, workspace, actor)
  const keys = await readKeys(deps.dbFor(workspace), workspace)
  return { published, body: keys.map(({ vkey }) => `${vkey}\n`).join('') }
}

/** Entry files that lead from key to key, oldest first. Throws Fault `not_found`. */
export const readLogKeyPath = async (
  deps: Readers,
  workspace: string,
  actor: Actor | null,
): Promise<Served<string>> => {
  const { published } = await requireLog(deps, workspace, actor)
  const db = deps.dbFor(workspace)
  const proofs = await proveKeys(db, workspace, await readKeys(db, workspace))
  return { published, body: evidence.formatKeyPath([...proofs.values()]) }
}
