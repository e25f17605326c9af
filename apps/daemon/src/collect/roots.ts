import { constants, type Stats } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import type { SessionFormat } from '@watchbill/runtimes'
import type { RootPins } from '../boundary/root-pins.ts'
import { type SessionFolder, type Surroundings, sessionFolders } from '../boundary/session-roots.ts'
import { errorCode } from '../error-code.ts'
import { type FixedRoot, Refused } from './open-below.ts'

export type { Surroundings } from '../boundary/session-roots.ts'

/** One place sessions may lie, and what stands there now. */
export interface Place {
  readonly format: SessionFormat
  /** The runtime's own folder, `~/.claude` as given; one installation each. */
  readonly base: string
  /** Folder with session files, as given and shortened for display. */
  readonly path: string
  readonly display: string
  readonly state: 'found' | 'absent' | 'unreadable'
  readonly reason: string | null
  /** Set when found: the folder behind all links, and the base's real path (what makes an installation one). */
  readonly root: FixedRoot | null
  readonly realBase: string | null
}

/**
 * Every folder to look at, in table order; the same real folder under two names is listed once (reference §5 row 18).
 * With `pins`, a root that leads elsewhere than at the first look is unreadable.
 */
export const findPlaces = async (
  formats: readonly SessionFormat[],
  surroundings: Surroundings,
  pins: RootPins | null = null,
): Promise<Place[]> => {
  const places: Place[] = []
  const seen = new Set<string>()
  for (const folder of sessionFolders(formats, surroundings)) {
    const place = await lookAt(folder, surroundings.home, pins)
    const identity = `${folder.format.runtime}\0${place.root?.path ?? place.path}`
    if (seen.has(identity)) continue
    seen.add(identity)
    places.push(place)
  }
  return places
}

const lookAt = async (folder: SessionFolder, home: string, pins: RootPins | null): Promise<Place> => {
  const { format, base, path } = folder
  const where = { format, base, path, display: shortened(path, home) }
  const nothing = async () => ({ root: null, realBase: await realBaseOf(folder, pins?.pinned(path) ?? null) })
  try {
    const real = await realOf(path, pins)
    const stats: Stats = await stat(real)
    if (!stats.isDirectory()) throw new Refused('not a folder')
    await access(real, constants.R_OK | constants.X_OK)
    const root = { path: real, uid: stats.uid }
    return { ...where, state: 'found', reason: null, root, realBase: await realBaseOf(folder, real) }
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return { ...where, ...(await nothing()), state: 'absent', reason: null }
    const reason = error instanceof Refused ? error.message : reasonOf(code)
    return { ...where, ...(await nothing()), state: 'unreadable', reason }
  }
}

const realOf = async (path: string, pins: RootPins | null): Promise<string> => {
  try {
    const real = await realpath(path)
    const refusal = (await pins?.refusal(path, real)) ?? null
    if (refusal !== null) throw new Refused(refusal)
    return real
  } catch (error) {
    // Its absence is pinned too: what comes into being later must be a folder, not a link.
    await pins?.refusal(path, null)
    throw error
  }
}

/** By name where possible: the runtime's folder itself lies outside of what a confined daemon may look at. */
const realBaseOf = async ({ base, sub }: SessionFolder, real: string | null): Promise<string | null> =>
  real !== null && sub !== '' && real.endsWith(`/${sub}`)
    ? real.slice(0, -sub.length - 1)
    : realpath(base).catch(() => null)

/** `~/…` for what lies below home; elsewhere the last two parts only, so that no host's layout leaves the machine. */
const shortened = (path: string, home: string): string => {
  if (path === home) return '~'
  if (path.startsWith(`${home}/`)) return `~/${path.slice(home.length + 1)}`
  return `…/${path.split(/[\\/]/).filter(Boolean).slice(-2).join('/')}`
}

/** A system error code in words. */
export const reasonOf = (code: string | null): string =>
  (code === null ? undefined : reasons.get(code)) ?? `cannot be read (${code ?? 'unknown error'})`

const reasons = new Map([
  ['EACCES', 'permission denied: this user may not read the folder'],
  ['EPERM', 'permission denied: this user may not read the folder'],
  ['ELOOP', 'symbolic links lead in a circle'],
  ['ERR_ACCESS_DENIED', 'outside of the folders this daemon was started for; start it again'],
])
