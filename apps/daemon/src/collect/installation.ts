import type { SessionFacts, SessionFormat, Unread } from '@watchbill/runtimes'
import type { Tail } from './tail.ts'

/** One runtime's folder on this machine: what becomes one agent. */
export class Installation {
  readonly format: SessionFormat
  /** Real path of the runtime's folder: the agent's id follows from it. */
  readonly base: string
  /** `~/.claude`. */
  readonly display: string
  readonly isDefault: boolean
  /** Why its folder cannot be read; null while it can. */
  unreadable: string | null = null
  readonly #tails = new Map<string, Tail>()
  #facts: SessionFacts[] | null = null
  /** Sessions each file speaks of; recomputed for a file when it changes. */
  readonly #inFile = new Map<string, readonly string[]>()
  readonly #touchedFiles = new Set<string>()

  constructor(format: SessionFormat, base: string, display: string, isDefault: boolean) {
    this.format = format
    this.base = base
    this.display = display
    this.isDefault = isDefault
  }

  add(key: string, tail: Tail): void {
    this.#tails.set(key, tail)
    this.changed(key)
  }

  remove(key: string): void {
    this.#tails.delete(key)
    this.#inFile.delete(key)
    this.#facts = null
  }

  /** The file behind `key` says something new. */
  changed(key: string): void {
    this.#touchedFiles.add(key)
    this.#inFile.delete(key)
    this.#facts = null
  }

  get fileCount(): number {
    return this.#tails.size
  }

  /** Sessions out of all files, archived ones included. */
  facts(): readonly SessionFacts[] {
    this.#facts ??= this.format.sessions(
      new Map([...this.#tails].map(([, tail]) => [tail.name, tail.state] as const)),
    )
    return this.#facts
  }

  /** Sessions whose files changed since this was asked last. */
  takeTouched(): ReadonlySet<string> {
    const ids = new Set<string>()
    for (const key of this.#touchedFiles) {
      const tail = this.#tails.get(key)
      if (tail !== undefined) for (const id of this.#sessionsIn(key, tail)) ids.add(id)
    }
    this.#touchedFiles.clear()
    return ids
  }

  /** When files of each session last grew under our eyes, ms. */
  grown(): ReadonlyMap<string, number> {
    const grown = new Map<string, number>()
    for (const [key, tail] of this.#tails) {
      if (tail.grewMs === null) continue
      for (const id of this.#sessionsIn(key, tail)) grown.set(id, Math.max(grown.get(id) ?? 0, tail.grewMs))
    }
    return grown
  }

  /** Native ids of the sessions in the file at this absolute path. */
  sessionsAt(path: string): readonly string[] {
    for (const [key, tail] of this.#tails) {
      if (`${tail.root.path}/${tail.path}` === path) return this.#sessionsIn(key, tail)
    }
    return []
  }

  /** Sessions in the files below one root. */
  sessionCount(root: string): number {
    const ids = new Set<string>()
    for (const [key, tail] of this.#tails) {
      if (tail.root.path === root) for (const id of this.#sessionsIn(key, tail)) ids.add(id)
    }
    return ids.size
  }

  unread(): Unread {
    const sum: Unread = {}
    for (const tail of this.#tails.values()) {
      if (tail.oversized > 0) sum['line over 8 MiB'] = (sum['line over 8 MiB'] ?? 0) + tail.oversized
      for (const [what, count] of Object.entries(this.format.unread(tail.state))) {
        sum[what] = (sum[what] ?? 0) + count
      }
    }
    return sum
  }

  #sessionsIn(key: string, tail: Tail): readonly string[] {
    const known = this.#inFile.get(key)
    if (known !== undefined) return known
    const ids = this.format.sessions(new Map([[tail.name, tail.state]])).map((facts) => facts.nativeId)
    this.#inFile.set(key, ids)
    return ids
  }
}
