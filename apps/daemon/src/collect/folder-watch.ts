import { type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'
import type { Limit } from '../boundary/limits.ts'
import { errorCode } from '../error-code.ts'
import { segmentsOf } from './open-below.ts'

/** Node 20 imitates recursive watching on Linux by walking; one watcher per folder is what the kernel has. */
const recursive = process.platform === 'darwin' || process.platform === 'win32'
const maxWatchers = 8192

const moreWatches = 'raise fs.inotify.max_user_watches (and max_user_instances), then start the daemon again'
const reasonsNotWatched: ReadonlyMap<string, Omit<Limit, 'what'>> = new Map([
  ['ENOSPC', { why: 'the system has no more file watches (inotify limit)', mend: moreWatches }],
  ['EMFILE', { why: 'the system has no more watchers for this user (inotify limit)', mend: moreWatches }],
  ['limit', { why: `more than ${maxWatchers} folders`, mend: null }],
])

/** Says which path below a root may have changed. Hints only: watchers miss events (reference §5 row 17), the sweep does not. */
export class FolderWatch {
  readonly #changed: (root: string, path: string) => void
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #enabled: boolean
  readonly #unwatched = new Map<string, string>()

  /** Not `enabled`: watches nothing, and says so. */
  constructor(changed: (root: string, path: string) => void, enabled = true) {
    this.#changed = changed
    this.#enabled = enabled
  }

  /** Why changes are seen later than at once, if they are. */
  get limits(): Limit[] {
    const what = 'changes are found by looking every 2 to 15 s'
    if (!this.#enabled) return [{ what, why: 'file watching is switched off', mend: null }]
    const reasons = new Set(this.#unwatched.values())
    return [...reasons].map((code) => ({
      what: `${what} in ${[...this.#unwatched.values()].filter((each) => each === code).length} folders`,
      ...(reasonsNotWatched.get(code) ?? { why: `they cannot be watched (${code})`, mend: null }),
    }))
  }

  get size(): number {
    return this.#watchers.size
  }

  /** True when this folder was not watched before and now is. */
  add(root: string, folder: string): boolean {
    const key = join(root, folder)
    if (!this.#enabled || this.#watchers.has(key) || (recursive && folder !== '')) return false
    if (this.#watchers.size >= maxWatchers) return this.#missed(key, 'limit')
    try {
      const watcher = watch(key, { recursive, persistent: true })
      watcher.on('change', (_kind, name) => this.#report(root, folder, name))
      watcher.on('error', (error) => {
        this.remove(key)
        this.#missed(key, errorCode(error) ?? 'error')
      })
      this.#watchers.set(key, watcher)
      this.#unwatched.delete(key)
      return true
    } catch (error) {
      return this.#missed(key, errorCode(error) ?? 'error')
    }
  }

  /** The sweep covers it. A folder that is gone already is nothing to speak of. */
  #missed(key: string, code: string): false {
    if (code === 'ENOENT' || code === 'ENOTDIR') this.#unwatched.delete(key)
    else this.#unwatched.set(key, code)
    return false
  }

  remove(key: string): void {
    this.#watchers.get(key)?.close()
    this.#watchers.delete(key)
    this.#unwatched.delete(key)
  }

  /** Stops watching folders below `root` that are not in `folders` any more. */
  prune(root: string, folders: readonly string[]): void {
    if (recursive) return
    const keep = new Set(folders.map((folder) => join(root, folder)))
    for (const key of [...this.#watchers.keys(), ...this.#unwatched.keys()]) {
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
