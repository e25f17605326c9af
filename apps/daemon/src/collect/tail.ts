import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import type { RuntimeEvent, SessionFormat } from '@watchbill/runtimes'
import { anchorAt, type Cursor, fits, type Place, startPlace } from './cursor.ts'
import { hasNewline, lineCapBytes, readLines } from './lines.ts'
import { type FixedRoot, openBelow } from './open-below.ts'

/** Bytes read in one pass; between passes other files have their turn and the cursor can be stored. */
const passBytes = 32 * 1024 * 1024
/** Bytes whose events are handed over together. */
const toldBytes = 256 * 1024
/** What is read this much later than it was written may have been changed since. */
const importedAfterMs = 10 * 60_000

export interface TailEvent {
  readonly event: RuntimeEvent
  /** The row was there long before it was read: unchanged since import, not before (SECURITY). */
  readonly imported: boolean
}

/** What the lines up to `place` told since the last telling. */
export interface Telling {
  readonly place: Place
  readonly events: readonly TailEvent[]
}

/** Makes a telling durable; rejects when it could not, and is then asked again with the same. */
export type Listen = (telling: Telling) => Promise<void>

interface Watching {
  readonly capBytes: number
  readonly nowMs: number
  readonly listen: Listen | null
}

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
  /** Up to here events were told before: by the spool's word until the file is found to be the same, then by its offset. */
  #toldPlace: Place | null = null
  #toldTo = 0
  /** Every event up to the offset went to a listener. */
  #told = false
  #untold: Telling | null = null

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

  /** Events were read that nobody took yet: what was learnt must not be stored before. */
  get holds(): boolean {
    return this.#untold !== null
  }

  /** Events up to this place were told already, unless the file turns out to be another one. */
  toldUpTo(place: Place): void {
    this.#toldPlace = place
  }

  /** Reads what is new. `nowMs` bounds mtime, which a copy or a wrong clock may put into the future. */
  async read(nowMs: number, capBytes = lineCapBytes, listen: Listen | null = null): Promise<Pass> {
    const late = this.#untold !== null
    await this.#tell(listen)
    const { handle, stats } = await openBelow(this.root, this.path)
    try {
      const restarted = !(await fits(handle, stats.ino, stats.size, this.#place))
      if (restarted) this.#restart(stats.ino, listen !== null)
      await this.#recall(handle, stats)
      const before = this.#place.offset
      const more = await this.#advance(handle, stats, { capBytes, nowMs, listen })
      const changed = this.#place.offset !== before
      if (changed && this.#known) this.grewMs = Math.min(stats.mtimeMs, nowMs)
      if (!more) {
        this.seen = { size: stats.size, mtimeMs: stats.mtimeMs, ino: stats.ino }
        this.#known = true
      }
      const back = this.archivedMs !== null
      this.archivedMs = null
      return { changed: changed || restarted || back || late, restarted, more }
    } finally {
      await handle.close()
    }
  }

  /** What was told of another file under this name says nothing of this one; there, equal facts are known by their keys. */
  async #recall(handle: FileHandle, { ino, size }: Stats): Promise<void> {
    if (this.#toldPlace === null) return
    const same = await fits(handle, ino, size, this.#toldPlace)
    this.#toldTo = same ? this.#toldPlace.offset : 0
    this.#toldPlace = null
  }

  async #tell(listen: Listen | null): Promise<void> {
    if (this.#untold === null) return
    await listen?.(this.#untold)
    this.#untold = null
  }

  async #advance(handle: FileHandle, stats: Stats, watching: Watching): Promise<boolean> {
    const place = this.#place
    const from = Math.max(place.offset, this.#scanned)
    if (stats.size <= from) return false
    const waiting = from > place.offset && !place.skipping && stats.size - place.offset <= watching.capBytes
    if (waiting && !(await hasNewline(handle, from))) {
      this.#scanned = stats.size
      return false
    }
    const start = place.offset
    let ended = false
    while (!ended && place.offset - start < passBytes) ended = await this.#step(handle, stats, watching)
    this.#scanned = ended ? Math.max(place.offset, stats.size) : place.offset
    return !ended
  }

  /** Some lines, and what they tell; true at the end of the file. */
  async #step(handle: FileHandle, stats: Stats, { capBytes, nowMs, listen }: Watching): Promise<boolean> {
    const place = this.#place
    const before = place.offset
    const events: TailEvent[] = []
    const emit = (event: RuntimeEvent): void => {
      const writtenMs = event.atMs ?? (this.#known ? nowMs : stats.mtimeMs)
      events.push({ event, imported: writtenMs < nowMs - importedAfterMs })
    }
    const line = (text: string) => {
      const fresh = listen !== null && place.offset > this.#toldTo
      this.format.apply(this.state, text, fresh ? emit : undefined)
    }
    const oversize = () => {
      this.oversized += 1
    }
    const budgetBytes = listen === null ? passBytes : toldBytes
    const ended = await readLines(handle, place, { line, oversize }, { capBytes, budgetBytes })
    if (place.offset !== before) await anchorAt(handle, place)
    if (events.length > 0) this.#untold = { place: { ...place }, events }
    await this.#tell(listen)
    return ended
  }

  /** The file was cut, replaced or rewritten: start over; ids make the second reading idempotent. */
  #restart(ino: number, listened: boolean): void {
    this.#place = startPlace(ino)
    this.#told = listened
    this.#scanned = 0
    this.#toldTo = 0
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
      told: this.#told,
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
    this.#told = cursor.told
    this.#known = cursor.place.offset > 0
    this.oversized = cursor.oversized
    this.grewMs = cursor.grewMs
    this.archivedMs = cursor.archivedMs
    return true
  }
}

/** The one cast: `stateVersion` and a trial run vouch for the shape of what this format stored itself. */
const storedState = <S>(cursor: Cursor): S => cursor.state as S
