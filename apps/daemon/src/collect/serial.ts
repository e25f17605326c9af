/**
 * Runs one task per key at a time, and at most `width` in all. A key asked for again while it runs runs once more
 * afterwards; asked for while it waits, it keeps its place. Tasks never reject: they handle their own failures.
 */
export class Serial {
  readonly #task: (key: string) => Promise<void>
  readonly #width: number
  readonly #waiting = new Set<string>()
  readonly #running = new Set<string>()
  #idle: (() => void)[] = []
  #closed = false

  constructor(width: number, task: (key: string) => Promise<void>) {
    this.#width = width
    this.#task = task
  }

  ask(key: string): void {
    if (this.#closed) return
    this.#waiting.add(key)
    this.#next()
  }

  get busy(): boolean {
    return this.#waiting.size + this.#running.size > 0
  }

  running(key: string): boolean {
    return this.#running.has(key)
  }

  /** Resolves when nothing waits and nothing runs. */
  async settled(): Promise<void> {
    while (this.busy) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** Takes no more, drops what waits, and resolves when the last running task has ended. */
  async close(): Promise<void> {
    this.#closed = true
    this.#waiting.clear()
    await this.settled()
  }

  #next(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#width) return
      if (this.#running.has(key)) continue
      this.#waiting.delete(key)
      void this.#run(key)
    }
  }

  async #run(key: string): Promise<void> {
    this.#running.add(key)
    try {
      await this.#task(key)
    } finally {
      this.#running.delete(key)
      this.#next()
      if (!this.busy) this.#release()
    }
  }

  #release(): void {
    const waiting = this.#idle
    this.#idle = []
    for (const resolve of waiting) resolve()
  }
}
