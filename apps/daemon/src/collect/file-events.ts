import { SpoolBlocked } from '../spool/blocked.ts'
import type { Cursor } from './cursor.ts'
import { fileDigest } from './cursor-store.ts'
import type { EventDoor } from './event-door.ts'
import type { Installation } from './installation.ts'
import type { Listen, Tail } from './tail.ts'

/** The events of followed files on their way to the door, and the files that wait because it is shut. */
export class FileEvents {
  readonly #door: EventDoor | null
  readonly #held = new Set<string>()
  #releasing = false

  constructor(door: EventDoor | null) {
    this.#door = door
  }

  /** Takes up where the last daemon stood; false when the file has to be read from its beginning. */
  begin(tail: Tail, cursor: Cursor | undefined): boolean {
    const resumed = cursor !== undefined && this.#resume(tail, cursor)
    const told = this.#door?.told(fileDigest(tail.root.path, tail.path)) ?? null
    if (told !== null) tail.toldUpTo(told)
    return resumed
  }

  /** A cursor of before there were events is read again for them; one of another parser still says what was told. */
  #resume(tail: Tail, cursor: Cursor): boolean {
    const listens = this.#door !== null && cursor.archivedMs === null
    if ((!listens || cursor.told) && tail.resume(cursor)) return true
    if (cursor.told) tail.toldUpTo(cursor.place)
    return false
  }

  listenTo(installation: Installation, { root, path }: Tail): Listen | null {
    const door = this.#door
    if (door === null) return null
    const file = fileDigest(root.path, path)
    return (telling) => door.tell(installation, file, telling)
  }

  /** True when this file must wait: nothing it says could be made durable. */
  mustWait(key: string): boolean {
    if (this.#door === null || this.#door.blocked === null) return false
    this.#held.add(key)
    return true
  }

  /** True when that is why reading failed; the file's turn comes again. */
  holdFor(key: string, error: unknown): boolean {
    if (!(error instanceof SpoolBlocked)) return false
    this.#held.add(key)
    return true
  }

  /** Hands over the files that may go on, if there is room again. Never rejects. */
  async release(next: (key: string) => void): Promise<void> {
    if (this.#held.size === 0 || this.#door === null || this.#releasing) return
    this.#releasing = true
    const open = await this.#door.retry()
    this.#releasing = false
    if (!open) return
    const keys = [...this.#held]
    this.#held.clear()
    for (const key of keys) next(key)
  }

  saved({ root, path, place }: Cursor): void {
    this.#door?.settled(fileDigest(root, path), place.offset)
  }
}
