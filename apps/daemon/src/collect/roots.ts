import { constants, type Stats } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import type { SessionFormat, SessionRoot } from '@watchbill/runtimes'
import { errorCode } from '../error-code.ts'
import type { FixedRoot } from './open-below.ts'

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

export interface Surroundings {
  readonly home: string
  readonly env: NodeJS.ProcessEnv
}

/** Every folder to look at, in table order; the same real folder under two names is listed once (reference §5 row 18). */
export const findPlaces = async (
  formats: readonly SessionFormat[],
  surroundings: Surroundings,
): Promise<Place[]> => {
  const places: Place[] = []
  const seen = new Set<string>()
  for (const format of formats) {
    for (const root of format.roots) {
      for (const base of basesOf(root, surroundings)) {
        const place = await lookAt(format, base, root.sub, surroundings.home)
        const identity = `${format.runtime}\0${place.root?.path ?? place.path}`
        if (seen.has(identity)) continue
        seen.add(identity)
        places.push(place)
      }
    }
  }
  return places
}

/** The variable replaces the default when set; some tools accept a comma list in it. Relative paths start at home. */
const basesOf = (root: SessionRoot, { home, env }: Surroundings): string[] => {
  const value = root.env === null ? undefined : env[root.env]
  const given = (value ?? '').split(',').map((part) => part.trim())
  const named = given.filter((part) => part !== '' && !part.includes('\0'))
  if (named.length === 0) return [join(home, root.home)]
  return named.map((part) => (isAbsolute(part) ? resolve(part) : resolve(home, part.replace(/^~\/?/, './'))))
}

const lookAt = async (format: SessionFormat, base: string, sub: string, home: string): Promise<Place> => {
  const path = join(base, sub)
  const where = { format, base, path, display: shortened(path, home) }
  const realBase = await realpath(base).catch(() => null)
  const nothing = { root: null, realBase }
  try {
    const real = await realpath(path)
    const stats: Stats = await stat(real)
    if (!stats.isDirectory()) return { ...where, ...nothing, state: 'unreadable', reason: 'not a folder' }
    await access(real, constants.R_OK | constants.X_OK)
    const root = { path: real, uid: stats.uid }
    return { ...where, state: 'found', reason: null, root, realBase }
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return { ...where, ...nothing, state: 'absent', reason: null }
    return { ...where, ...nothing, state: 'unreadable', reason: reasonOf(code) }
  }
}

/** `~/…` for what lies below home; elsewhere the last two parts only, so that no host's layout leaves the machine. */
const shortened = (path: string, home: string): string => {
  if (path === home) return '~'
  if (path.startsWith(`${home}/`)) return `~/${path.slice(home.length + 1)}`
  return `…/${path.split(/[\\/]/).filter(Boolean).slice(-2).join('/')}`
}

/** A system error code in words. */
export const reasonOf = (code: string | null): string =>
  code === 'EACCES' || code === 'EPERM'
    ? 'permission denied: this user may not read the folder'
    : code === 'ELOOP'
      ? 'symbolic links lead in a circle'
      : `cannot be read (${code ?? 'unknown error'})`
