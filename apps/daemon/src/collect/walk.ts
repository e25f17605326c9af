import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

const maxDepth = 12
const maxEntries = 200_000

/** What a walk found below a root, as POSIX paths relative to it; `''` is the root itself. */
export interface Walked {
  readonly files: string[]
  readonly folders: string[]
  /** Folders that could not be listed, with the error. */
  readonly failed: { readonly folder: string; readonly error: unknown }[]
  /** Symbolic links met and not followed (reference §5 row 26). */
  readonly links: number
}

/** Lists regular files that match, below `from`; links are not followed, depth and count are bounded. */
export const walk = async (
  root: string,
  from: string,
  matches: (path: string) => boolean,
): Promise<Walked> => {
  const found = { files: [] as string[], folders: [] as string[], failed: [] as Walked['failed'], links: 0 }
  const pending = [from]
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    found.folders.push(folder)
    const entries = await list(join(root, folder), (error) => found.failed.push({ folder, error }))
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isSymbolicLink()) found.links += matches(path) ? 1 : 0
      else if (entry.isDirectory() && path.split('/').length < maxDepth) pending.push(path)
      else if (entry.isFile() && matches(path)) found.files.push(path)
    }
    if (found.files.length + found.folders.length > maxEntries) break
  }
  return found
}

const list = async (path: string, failed: (error: unknown) => void): Promise<Dirent[]> => {
  try {
    return await readdir(path, { withFileTypes: true })
  } catch (error) {
    failed(error)
    return []
  }
}
