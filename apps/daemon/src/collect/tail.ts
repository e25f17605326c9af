import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import type { SessionFormat } from '@watchbill/runtimes'
import { anchorAt, type Cursor, fits, type Place, startPlace } from './cursor.ts'
import { hasNewline, lineCapBytes, readLines } from './lines.ts'
import { type FixedRoot, openBelow } from './open-below.ts'

/** Bytes read in one pass; between passes other files have their turn and the cursor can be stored. */
const passBytes = 32 * 1024 * 1024

/** What a pass found. `more`: the end was not reached yet. */
export interface Pass {
  readonly changed: boolean
  readonly restarted: boolean
  readonly more: boolean
}

/** One session file and what its lines said so far. One reader at a time: callers queue (reference §5 row 4). */
export class Tail<S = unknown> {
  readonly format: SessionFormat<S>
  readonly root: FixedRoot
  /** POSIX path below the root. */
  readonly path: string
  /** The path with the root's own name before it: unique within an installation. */
  readonly name: string
  state: S
  oversized = 0
  grewMs: number | null = null
  archivedMs: number | null = null
  /** Size and mtime at the end of the last pass: the sweep compares them. */
  seen: { readonly size: number; readonly mtimeMs: number; readonly ino: number } | null = null
  #place: Place = startPlace(0)
  /** No line end lies between the offset and here. */
  #scanned = 0
  /** Read to its end before: what comes now was written since. */
  #known = false

  constructor(format: SessionFormat<S>, root: FixedRoot, path: string) {
    this.format = format
    this.root = root
    this.path = path
    this.name = `${basename(root.path)}/${path}`
    this.state = format.initial(path)
  }

  get offset(): number {
    return this.#place.offset
  }

  /** The same for the same file under another name. */
  get identity(): string {
    return `${this.#place.ino}:${this.#place.head.sha256}`
  }

  /** Reads what is new. `nowMs` bounds mtime, which a copy or a wrong clock may put into the future. */
  async read(nowMs: number, capBytes = lineCapBytes): Promise<Pass> {
    const { handle, stats } = await openBelow(this.root, this.path)
    try {
      const restarted = !(await fits(handle, stats.ino, stats.size, this.#place))
      if (restarted) this.#restart(stats.ino)
      const before = this.#place.offset
      const more = await this.#advance(handle, stats, capBytes)
      const changed = this.#place.offset !== before
      if (changed) await anchorAt(handle, this.#place)
      if (changed && this.#known) this.grewMs = Math.min(stats.mtimeMs, nowMs)
      if (!more) {
        this.seen = { size: stats.size, mtimeMs: stats.mtimeMs, ino: stats.ino }
        this.#known = true
      }
      const back = this.archivedMs !== null
      this.archivedMs = null
      return { changed: changed || restarted || back, restarted, more }
    } finally {
      await handle.close()
    }
  }

  async #advance(handle: FileHandle, stats: Stats, capBytes: number): Promise<boolean> {
    const place = this.#place
    const from = Math.max(place.offset, this.#scanned)
    if (stats.size <= from) return false
    const waiting = from > place.offset && !place.skipping && stats.size - place.offset <= capBytes
    if (waiting && !(await hasNewline(handle, from))) {
      this.#scanned = stats.size
      return false
    }
    const ended = await readLines(
      handle,
      place,
      {
        line: (text) => this.format.apply(this.state, text),
        oversize: () => {
          this.oversized += 1
        },
      },
      { capBytes, budgetBytes: passBytes },
    )
    this.#scanned = ended ? Math.max(place.offset, stats.size) : place.offset
    return !ended
  }

  /** The file was cut, replaced or rewritten: start over; ids make the second reading idempotent. */
  #restart(ino: number): void {
    this.#place = startPlace(ino)
    this.#scanned = 0
    this.oversized = 0
    this.state = this.format.initial(this.path)
  }

  /** What a restart needs; consistent between two passes only. */
  toCursor(): Cursor {
    return {
      v: 1,
      runtime: this.format.runtime,
      stateVersion: this.format.stateVersion,
      root: this.root.path,
      path: this.path,
      place: { ...this.#place },
      oversized: this.oversized,
      grewMs: this.grewMs,
      archivedMs: this.archivedMs,
      state: this.state,
    }
  }

  /** Takes a stored cursor back; false (nothing changed) when another parser wrote it or its state is unusable. */
  resume(cursor: Cursor): boolean {
    if (cursor.stateVersion !== this.format.stateVersion || cursor.runtime !== this.format.runtime)
      return false
    const state = storedState<S>(cursor)
    try {
      this.format.unread(state)
      this.format.sessions(new Map([[this.name, state]]))
    } catch {
      return false
    }
    this.state = state
    this.#place = { ...cursor.place }
    this.#known = cursor.place.offset > 0
    this.oversized = cursor.oversized
    this.grewMs = cursor.grewMs
    this.archivedMs = cursor.archivedMs
    return true
  }
}

/** The one cast: `stateVersion` and a trial run vouch for the shape of what this format stored itself. */
const storedState = <S>(cursor: Cursor): S => cursor.state as S
