import { constants, type Stats } from 'node:fs'
import { access, readFile, stat, statfs } from 'node:fs/promises'
import { formats } from '@watchbill/runtimes'
import { findPlaces, type Surroundings } from '../collect/roots.ts'
import type { Config } from '../config/config.ts'
import type { DataFolder } from '../data-folder.ts'
import { errorText } from '../error-code.ts'
import { type Check, fail, ok, warn } from './check.ts'

const leastFreeBytes = 64 * 1024 * 1024

/** Node is new enough; `version` as in `v20.19.0`. */
export const checkNode = (version: string): Check => {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return ok('node', version)
  return fail(
    'node',
    version,
    'the daemon needs Node 20.19 or newer',
    'install a newer one: https://nodejs.org',
  )
}

/** The data folder is this user's alone, writable, and on a disk with room. */
export const checkDataFolder = async (folder: DataFolder): Promise<Check[]> => {
  const name = 'data folder'
  const found = await stat(folder.path).catch((error: unknown) => errorText(error))
  if (typeof found === 'string')
    return [
      warn(name, `${folder.path} is not there`, found, 'make it: watchbill init; or set WATCHBILL_DATA'),
    ]
  const whose = foreign(found)
  if (whose !== null) return [fail(name, folder.path, whose, `make it yours: chmod 700 ${folder.path}`)]
  const writable = await access(folder.path, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => null,
    (error: unknown) => errorText(error),
  )
  if (writable !== null)
    return [fail(name, folder.path, writable, 'make it writable for this user, or set WATCHBILL_DATA')]
  return [ok(name, `${folder.path}, for this user alone`), await checkRoom(folder)]
}

const foreign = ({ uid, mode }: Stats): string | null => {
  const own = process.getuid?.()
  if (own !== undefined && uid !== own) return 'it belongs to another user'
  return process.platform !== 'win32' && (mode & 0o077) !== 0 ? 'others may look into it' : null
}

const checkRoom = async (folder: DataFolder): Promise<Check> => {
  const { bavail, bsize } = await statfs(folder.path)
  const free = bavail * bsize
  const found = `${Math.round(free / 1024 / 1024)} MiB free`
  if (free >= leastFreeBytes) return ok('disk', found)
  return warn(
    'disk',
    found,
    'a full disk stops the recording of entries',
    'make room on the disk of the data folder',
  )
}

/** Folders that sessions are read from. */
export const checkRoots = async (surroundings: Surroundings): Promise<Check[]> => {
  const places = await findPlaces(formats, surroundings)
  const unreadable = places.filter(({ state }) => state === 'unreadable')
  const found = places.filter(({ state }) => state === 'found')
  if (unreadable.length === 0 && found.length === 0)
    return [
      warn(
        'session folders',
        `${places.length} looked for, none is there`,
        'no agent whose files are read ever ran as this user',
        'nothing, if that is so; else name its folder in providerSessionRoots',
      ),
    ]
  return [
    ...found.map(({ format, display }) => ok('session folders', `${display} (${format.runtime})`)),
    ...unreadable.map(({ format, display, reason }) =>
      fail(
        'session folders',
        `${display} (${format.runtime})`,
        reason ?? 'cannot be read',
        'let this user read it, or take it out of providerSessionRoots',
      ),
    ),
  ]
}

/** What the config names beside session folders. */
export const checkSources = (config: Config): Promise<Check[]> =>
  Promise.all(
    config.runtimes.map(async (source) => {
      const name = `runtime ${source.name}`
      const path = 'url' in source ? source.tokenFile : (source.path ?? source.socket)
      if (path === null) return ok(name, 'url' in source ? source.url : source.runtime)
      const found = await stat(path).catch((error: unknown) => errorText(error))
      if (typeof found === 'string')
        return warn(name, path, found, 'start it, or correct its path in the config')
      const shown = 'url' in source && (found.mode & 0o077) !== 0
      if (shown) return fail(name, path, 'others may read this token', `chmod 600 ${path}`)
      return ok(name, path)
    }),
  )

/** How many folders the system lets this user watch. `watches`: how many the daemon does; null when it does not run. */
export const checkWatchers = async (
  watches: number | null,
  folder = '/proc/sys/fs/inotify',
): Promise<Check> => {
  const name = 'watchers'
  const most = await readFile(`${folder}/max_user_watches`, 'utf8').then(Number, () => null)
  const used = `${watches ?? '–'} folders watched`
  if (most === null) return ok(name, `${used}; this system names no limit`)
  const found = `${used}, at most ${most}`
  if (most >= 8192 && (watches ?? 0) < most / 2) return ok(name, found)
  return warn(
    name,
    found,
    'other programs of this user share the limit; without watchers news comes within 15 s, not at once',
    'raise it: sysctl fs.inotify.max_user_watches=524288',
  )
}
