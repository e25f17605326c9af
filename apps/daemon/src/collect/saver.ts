import { errorText } from '../error-code.ts'
import type { Log } from '../log.ts'
import type { Cursor } from './cursor.ts'
import type { CursorStore } from './cursor-store.ts'
import type { Tail } from './tail.ts'

/** Remembers which cursors changed and stores them, one after the other, whenever `save` is called. */
export class Saver {
  readonly #store: CursorStore
  readonly #log: Log
  readonly #dirty = new Set<string>()
  readonly #saved: (cursor: Cursor) => void
  #saving: Promise<void> = Promise.resolve()

  constructor(store: CursorStore, log: Log, saved: (cursor: Cursor) => void = () => {}) {
    this.#store = store
    this.#log = log
    this.#saved = saved
  }

  note(key: string): void {
    this.#dirty.add(key)
  }

  forget(key: string): void {
    this.#dirty.delete(key)
  }

  /** `settled` gives a file that is not being read just now, or null: a state between two lines must not be stored. */
  save(settled: (key: string) => Tail | null): Promise<void> {
    this.#saving = this.#saving.then(() => this.#saveAll(settled))
    return this.#saving
  }

  async #saveAll(settled: (key: string) => Tail | null): Promise<void> {
    for (const key of [...this.#dirty]) {
      const tail = settled(key)
      if (tail === null) continue
      this.#dirty.delete(key)
      try {
        const cursor = tail.toCursor()
        await this.#store.save(cursor)
        this.#saved(cursor)
      } catch (error) {
        this.#dirty.add(key)
        this.#log({ event: 'cursor.unsaved', reason: errorText(error) })
        return
      }
    }
  }
}
