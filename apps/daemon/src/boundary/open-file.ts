import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readlink, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '../error-code.ts'
import { Refused } from './refused.ts'

const { O_RDONLY, O_DIRECTORY = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
// O_NONBLOCK: opening a FIFO must not wait for its writer.
const fileFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK
const folderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW

/** Can paths start at an open folder? Linux, unless the permission model keeps `/proc` from us (as it should). */
export const canDescend = (): boolean =>
  process.platform === 'linux' && (process.permission?.has('fs.read', '/proc/self/fd/0') ?? true)

/** Opens folder by folder, each one found in the one held open before: nobody can put a link in between. */
export const openByDescent = async (root: string, segments: readonly string[]): Promise<FileHandle> => {
  let folder = await openNoLink(root, folderFlags, 'the root was replaced by a symbolic link')
  try {
    // The kernel's own name of what was opened: links in front of the root cannot hide from it.
    if ((await readlink(beneath(folder))) !== root)
      throw new Refused('the root was replaced by a symbolic link')
    for (const segment of segments.slice(0, -1)) {
      const next = await openNoLink(beneath(folder, segment), folderFlags, 'folder behind a symbolic link')
      await folder.close()
      folder = next
    }
    return await openNoLink(beneath(folder, segments.at(-1) ?? '.'), fileFlags, 'symbolic link')
  } finally {
    await folder.close()
  }
}

const beneath = (folder: FileHandle, name?: string): string =>
  name === undefined ? `/proc/self/fd/${folder.fd}` : `/proc/self/fd/${folder.fd}/${name}`

/** Opens by the whole path and looks before and after: what was opened is what lay there, and no link led to it. */
export const openByName = async (root: string, segments: readonly string[]): Promise<FileHandle> => {
  const path = join(root, ...segments)
  await requireNoLinks(root, path)
  const handle = await openNoLink(path, fileFlags, 'symbolic link')
  try {
    const stats = await handle.stat()
    // Twice: a folder swapped for a link and back again would have to be so around each of these looks.
    for (let look = 0; look < 2; look += 1) {
      await requireNoLinks(root, path)
      const named = await lstat(path)
      if (named.ino !== stats.ino || named.dev !== stats.dev) throw new Refused('replaced while opening')
    }
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

const requireNoLinks = async (root: string, path: string): Promise<void> => {
  if ((await realpath(root)) !== root) throw new Refused('the root was replaced by a symbolic link')
  if ((await realpath(dirname(path))) !== dirname(path)) throw new Refused('folder behind a symbolic link')
}

/** With O_NOFOLLOW a link answers ELOOP (EMLINK on BSD), and ENOTDIR where a folder was asked for. */
const openNoLink = async (path: string, flags: number, refusal: string): Promise<FileHandle> => {
  try {
    return await open(path, flags)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ELOOP' || code === 'EMLINK') throw new Refused(refusal)
    if (code === 'ENOTDIR' && (await isLink(path))) throw new Refused(refusal)
    // Sockets cannot be opened at all.
    if (code === 'ENXIO') throw new Refused('not a regular file')
    throw error
  }
}

const isLink = (path: string): Promise<boolean> =>
  lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  )
