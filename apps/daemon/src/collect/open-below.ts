import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Why a file is not read although it lies in a watched folder; counted in "collector health". */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** A file opened for reading, and what it was at that moment. */
export interface OpenFile {
  readonly handle: FileHandle
  readonly stats: Stats
}

/** A fixed root: its real path, and who owns it. */
export interface FixedRoot {
  readonly path: string
  readonly uid: number
}

/**
 * Trust boundary (reference §5 row 26): agents own the folders below `root`. Opens a regular file of the root's owner
 * or of this process; no symlink anywhere below the root, no `..`. Throws Refused, or the system's error.
 */
export const openBelow = async (root: FixedRoot, relative: string): Promise<OpenFile> => {
  const path = join(root.path, ...segmentsOf(relative))
  // O_NONBLOCK: opening a FIFO must not wait for its writer.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const handle = await open(path, flags).catch((error: unknown) => {
    throw isLoop(error) ? new Refused('symbolic link') : error
  })
  try {
    const stats = await handle.stat()
    await requireHonest(root, path, stats)
    return { handle, stats }
  } catch (error) {
    await handle.close()
    throw error
  }
}

const requireHonest = async (root: FixedRoot, path: string, stats: Stats): Promise<void> => {
  if (!stats.isFile()) throw new Refused('not a regular file')
  if (stats.uid !== root.uid && stats.uid !== process.getuid?.()) throw new Refused('file of another user')
  // Folders in between may have become links since the walk: the opened file must be the one that lies there.
  const named = await lstat(path)
  if (named.ino !== stats.ino || named.dev !== stats.dev) throw new Refused('replaced while opening')
  if ((await realpath(dirname(path))) !== dirname(path)) throw new Refused('folder behind a symbolic link')
}

/** The parts of a POSIX path below a root; Refused where a part could lead out of it. */
export const segmentsOf = (relative: string): string[] => {
  const segments = relative.split('/')
  const bad = segments.some(
    (part) => part === '' || part === '.' || part === '..' || /[\0\\]/.test(part) || part.length > 255,
  )
  if (bad) throw new Refused('path leads out of its folder')
  return segments
}

const isLoop = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ELOOP' || error.code === 'EMLINK')
