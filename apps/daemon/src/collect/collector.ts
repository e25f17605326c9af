import { lstat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Unread } from '@watchbill/runtimes'
import type { Limit } from '../boundary/limits.ts'
import { RootPins } from '../boundary/root-pins.ts'
import { errorCode } from '../error-code.ts'
import type { CollectorOptions } from './collector-options.ts'
import type { Cursor } from './cursor.ts'
import { FileEvents } from './file-events.ts'
import { FolderWatch } from './folder-watch.ts'
import { Installation } from './installation.ts'
import { lineCapBytes } from './lines.ts'
import { type FixedRoot, Refused } from './open-below.ts'
import { findPlaces, type Place, reasonOf } from './roots.ts'
import { Saver } from './saver.ts'
import { Serial } from './serial.ts'
import { Tail } from './tail.ts'
import { unreadOf } from './unread.ts'
import { walk } from './walk.ts'

const activeForMs = 10 * 60_000
/** Files looked at between sweeps: where folders are watched, only in case a watcher sleeps. */
const mostActive = { watched: 8, unwatched: 64 }

interface Followed {
  readonly tail: Tail
  readonly installation: Installation
  /** When it last changed, ms; 0 before. Recently active files are looked at more often. */
  activeMs: number
}

/** Finds session files and follows them: events say where to look at once, sweeps make sure. */
export class Collector {
  places: readonly Place[] = []
  readonly installations = new Map<string, Installation>()
  readonly #options: CollectorOptions
  readonly #files = new Map<string, Followed>()
  readonly #reads: Serial
  readonly #scans: Serial
  readonly #watch: FolderWatch
  readonly #saver: Saver
  readonly #refused = new Map<string, string>()
  readonly #events: FileEvents
  readonly #pins = new RootPins()
  #stored: Map<string, Cursor> | null = null
  #sweeping: Promise<void> | null = null

  constructor(options: CollectorOptions) {
    this.#options = options
    this.#events = new FileEvents(options.events ?? null)
    this.#saver = new Saver(options.store, options.log, (cursor) => this.#events.saved(cursor))
    this.#reads = new Serial(4, (key) => this.#read(key))
    this.#scans = new Serial(1, (key) => this.#scan(key))
    this.#watch = new FolderWatch((root, path) => this.#event(root, path), options.watch ?? true)
  }

  /** Looks at every place and every file: finds what is new, what is gone, and what the watchers missed. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweepAll().finally(() => {
      this.#sweeping = null
    })
    return this.#sweeping
  }

  async #sweepAll(): Promise<void> {
    await this.#loadCursors()
    this.places = await findPlaces(this.#options.formats, this.#options.surroundings, this.#pins)
    const trouble = new Map<Installation, string | null>()
    for (const place of this.places) {
      const installation = this.#installationOf(place)
      if (installation === null) continue
      const reason = await this.#sweepPlace(place, installation)
      const said = reason === null ? null : `${place.display}: ${reason}`
      trouble.set(installation, trouble.get(installation) ?? said)
    }
    for (const [installation, reason] of trouble) this.#setReadable(installation, reason)
    for (const [key, { tail }] of this.#files) {
      if (tail.archivedMs === null && tail.seen !== null) await this.#compare(key, tail)
    }
    await this.#dropMoved()
  }

  /** Stats the files that changed last, within ten minutes, and places that may have come into being. */
  async glance(): Promise<void> {
    // Not waited for: trying a full disk takes time that glancing is not to be slowed down for.
    void this.#events.release((key) => this.#reads.ask(key))
    const since = this.#options.now() - activeForMs
    const active = [...this.#files].filter(
      ([, { tail, activeMs }]) => activeMs >= since && tail.archivedMs === null,
    )
    active.sort(([, left], [, right]) => right.activeMs - left.activeMs)
    const most = this.#watch.limits.length === 0 ? mostActive.watched : mostActive.unwatched
    for (const [key, { tail }] of active.slice(0, most)) await this.#compare(key, tail)
    const absent = this.places.filter((place) => place.state === 'absent')
    const appeared = await Promise.all(absent.map((place) => lstat(place.path).then(Boolean, () => false)))
    if (appeared.includes(true)) await this.sweep()
  }

  /** A file that was moved (Codex archives that way) is one file: what was learnt under its old name goes. */
  async #dropMoved(): Promise<void> {
    const here = new Set<string>()
    for (const { tail } of this.#files.values()) if (tail.archivedMs === null) here.add(tail.identity)
    for (const [key, { tail, installation }] of this.#files) {
      if (tail.archivedMs === null || tail.offset === 0 || !here.has(tail.identity)) continue
      this.#files.delete(key)
      this.#saver.forget(key)
      installation.remove(key)
      await this.#options.store.remove(tail.root.path, tail.path)
    }
  }

  /** Resolves when everything asked for so far has been read. */
  async settled(): Promise<void> {
    while (this.#scans.busy || this.#reads.busy) {
      await this.#scans.settled()
      await this.#reads.settled()
    }
  }

  /** Stores cursors of what changed since; a file being read just now has its turn the next time. */
  save(): Promise<void> {
    return this.#saver.save((key) => {
      const tail = this.#files.get(key)?.tail ?? null
      return this.#reads.running(key) || tail?.holds ? null : tail
    })
  }

  async close(): Promise<void> {
    this.#watch.close()
    await this.#scans.close()
    await this.#reads.close()
    await this.save()
  }

  get fileCount(): number {
    return this.#files.size
  }

  get watchCount(): number {
    return this.#watch.size
  }

  get limits(): readonly Limit[] {
    return this.#watch.limits
  }

  /** What could not be used, by runtime and kind; for "collector health". */
  unread(): Unread {
    return unreadOf(this.installations.values(), this.#refused.values())
  }

  async #loadCursors(): Promise<void> {
    if (this.#stored !== null) return
    const cursors = await this.#options.store.load(this.#options.now())
    this.#stored = new Map(cursors.map((cursor) => [keyOf(cursor.root, cursor.path), cursor]))
  }

  /** Follows what lies there; answers why it cannot be read, or null. */
  async #sweepPlace(place: Place, installation: Installation): Promise<string | null> {
    const { root, state, reason } = place
    if (root === null) return state === 'unreadable' ? (reason ?? 'cannot be read') : null
    this.#resumeArchived(place, installation, root)
    const found = await walk(root.path, '', (path) => place.format.matches(path))
    for (const folder of found.folders) this.#watch.add(root.path, folder)
    this.#watch.prune(root.path, found.folders)
    for (const path of found.files) this.#follow(installation, root, path)
    const failed = found.failed.find(({ folder }) => folder === '')
    return failed === undefined ? null : reasonOf(errorCode(failed.error))
  }

  #setReadable(installation: Installation, reason: string | null): void {
    if (installation.unreadable === reason) return
    installation.unreadable = reason
    this.#options.changed(installation)
  }

  /** One installation per runtime and real folder; none before its folder was there. */
  #installationOf(place: Place): Installation | null {
    const base = place.realBase ?? place.base
    const key = `${place.format.runtime}\0${base}`
    const known = this.installations.get(key)
    if (known !== undefined || place.state === 'absent') return known ?? null
    const { home } = this.#options.surroundings
    const isDefault = place.format.roots.some((root) => join(home, root.home) === place.base)
    const display = basename(place.base)
    const installation = new Installation(place.format, base, display, isDefault)
    this.installations.set(key, installation)
    return installation
  }

  /** Files that went while the daemon was away keep what was learnt of them (reference §5 row 20). */
  #resumeArchived(place: Place, installation: Installation, root: FixedRoot): void {
    for (const cursor of this.#stored?.values() ?? []) {
      if (cursor.root === root.path && place.format.matches(cursor.path)) {
        this.#follow(installation, root, cursor.path)
      }
    }
  }

  #follow(installation: Installation, root: FixedRoot, path: string): string {
    const key = keyOf(root.path, path)
    const known = this.#files.get(key)
    if (known === undefined) this.#begin(key, installation, root, path)
    if (known === undefined || known.tail.archivedMs !== null) this.#reads.ask(key)
    return key
  }

  #begin(key: string, installation: Installation, root: FixedRoot, path: string): void {
    const tail = new Tail(installation.format, root, path)
    const cursor = this.#stored?.get(key)
    this.#stored?.delete(key)
    if (!this.#events.begin(tail, cursor) && cursor !== undefined) this.#saver.note(key)
    this.#files.set(key, { tail, installation, activeMs: 0 })
    installation.add(key, tail)
  }

  async #compare(key: string, tail: Tail): Promise<void> {
    const stats = await lstat(join(tail.root.path, tail.path)).catch(() => null)
    const { seen } = tail
    const same =
      stats !== null &&
      seen !== null &&
      stats.size === seen.size &&
      stats.mtimeMs === seen.mtimeMs &&
      stats.ino === seen.ino
    if (!same) this.#reads.ask(key)
  }

  #event(root: string, path: string): void {
    const key = keyOf(root, path)
    if (this.#files.has(key)) this.#reads.ask(key)
    else this.#scans.ask(key)
  }

  /** An event named something not followed yet: a new session file, a new folder, or noise. */
  async #scan(key: string): Promise<void> {
    const [rootPath = '', path = ''] = key.split('\0')
    const places = this.places.filter((place) => place.root?.path === rootPath)
    const stats = await lstat(join(rootPath, path)).catch(() => null)
    for (const place of places) {
      const installation = this.#installationOf(place)
      if (place.root === null || installation === null || stats === null) continue
      if (stats.isFile() && place.format.matches(path)) this.#follow(installation, place.root, path)
      if (!stats.isDirectory()) continue
      // Watched first, listed second: what is created in between is seen by one of the two.
      this.#watch.add(rootPath, path)
      const found = await walk(rootPath, path, (file) => place.format.matches(file))
      for (const folder of found.folders) this.#watch.add(rootPath, folder)
      const again = await walk(rootPath, path, (file) => place.format.matches(file))
      for (const file of again.files) this.#follow(installation, place.root, file)
    }
  }

  async #read(key: string): Promise<void> {
    const followed = this.#files.get(key)
    if (followed === undefined) return
    const { tail, installation } = followed
    if (this.#events.mustWait(key)) return
    try {
      const pass = await tail.read(
        this.#options.now(),
        lineCapBytes,
        this.#events.listenTo(installation, tail),
      )
      this.#refused.delete(key)
      if (pass.more) this.#reads.ask(key)
      followed.activeMs = Math.min(tail.seen?.mtimeMs ?? 0, this.#options.now())
      if (!pass.changed) return
    } catch (error) {
      if (this.#events.holdFor(key, error) || !this.#failed(key, tail, error)) return
    }
    this.#saver.note(key)
    installation.changed(key)
    this.#options.changed(installation)
  }

  /** True when the failure itself is news: the file went away. */
  #failed(key: string, tail: Tail, error: unknown): boolean {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      this.#refused.delete(key)
      if (tail.archivedMs !== null) return false
      tail.archivedMs = this.#options.now()
      tail.seen = null
      return true
    }
    const reason = error instanceof Refused ? error.message : reasonOf(code)
    if (this.#refused.get(key) !== reason) {
      this.#options.log({ event: 'file.refused', runtime: tail.format.runtime, reason, detail: code })
    }
    this.#refused.set(key, reason)
    return false
  }
}

const keyOf = (root: string, path: string): string => `${root}\0${path}`
