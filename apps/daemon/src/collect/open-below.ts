import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { canDescend, openByDescent, openByName } from '../boundary/open-file.ts'
import { Refused } from '../boundary/refused.ts'

export { Refused } from '../boundary/refused.ts'

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
 * Trust boundary (reference §5 row 26): agents own the folders below `root`. Opens a regular file of the root's owner;
 * no symlink anywhere below the root or in place of it, no `..`. Throws Refused, or the system's error.
 */
export const openBelow = async (root: FixedRoot, relative: string): Promise<OpenFile> => {
  const segments = segmentsOf(relative)
  const handle = await (canDescend() ? openByDescent : openByName)(root.path, segments)
  try {
    const stats = await handle.stat()
    requireHonest(root, stats)
    return { handle, stats }
  } catch (error) {
    await handle.close()
    throw error
  }
}

const requireHonest = (root: FixedRoot, stats: Stats): void => {
  if (!stats.isFile()) throw new Refused('not a regular file')
  if (stats.uid === root.uid) return
  if (stats.uid !== process.getuid?.()) throw new Refused('file of another user')
  // A second name for a file of ours may have been made here by somebody who cannot read the first one.
  if (stats.nlink > 1) throw new Refused('hard link to a file of another user')
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
