import { type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'
import { segmentsOf } from './open-below.ts'

/** Node 20 imitates recursive watching on Linux by walking; one watcher per folder is what the kernel has. */
const recursive = process.platform === 'darwin' || process.platform === 'win32'
const maxWatchers = 8192

/** Says which path below a root may have changed. Hints only: watchers miss events (reference §5 row 17), the sweep does not. */
export class FolderWatch {
  readonly #changed: (root: string, path: string) => void
  readonly #watchers = new Map<string, FSWatcher>()

  constructor(changed: (root: string, path: string) => void) {
    this.#changed = changed
  }

  get size(): number {
    return this.#watchers.size
  }

  /** True when this folder was not watched before and now is. */
  add(root: string, folder: string): boolean {
    const key = join(root, folder)
    if (this.#watchers.has(key) || this.#watchers.size >= maxWatchers) return false
    if (recursive && folder !== '') return false
    try {
      const watcher = watch(key, { recursive, persistent: true })
      watcher.on('change', (_kind, name) => this.#report(root, folder, name))
      watcher.on('error', () => this.remove(key))
      this.#watchers.set(key, watcher)
      return true
    } catch {
      // Gone already, or no watches left (ENOSPC): the sweep covers it.
      return false
    }
  }

  remove(key: string): void {
    this.#watchers.get(key)?.close()
    this.#watchers.delete(key)
  }

  /** Stops watching folders below `root` that are not in `folders` any more. */
  prune(root: string, folders: readonly string[]): void {
    if (recursive) return
    const keep = new Set(folders.map((folder) => join(root, folder)))
    for (const key of this.#watchers.keys()) {
      if ((key === root || key.startsWith(`${root}/`)) && !keep.has(key)) this.remove(key)
    }
  }

  close(): void {
    for (const key of [...this.#watchers.keys()]) this.remove(key)
  }

  #report(root: string, folder: string, name: string | Buffer | null): void {
    const tail = name === null ? '' : name.toString().replaceAll('\\', '/')
    const path = [folder, tail].filter((part) => part !== '').join('/')
    try {
      if (path !== '') segmentsOf(path)
      this.#changed(root, path)
    } catch {
      // A name that leads out of the folder is nobody's session.
    }
  }
}
