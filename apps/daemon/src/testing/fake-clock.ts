import type { Clock } from '../link/clock.ts'

/** A clock that stands still until it is told to go on; `wallMs` may be set to anything at any time. */
export class FakeClock implements Clock {
  wallMs = Date.UTC(2026, 10, 20)
  #elapsedMs = 0
  readonly #sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>()

  wall(): number {
    return this.wallMs
  }

  elapsedMs(): number {
    return this.#elapsedMs
  }

  get sleeping(): number {
    return this.#sleepers.size
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper)
        resolve()
      }
      const sleeper = { atMs: this.#elapsedMs + ms, wake }
      this.#sleepers.add(sleeper)
      signal.addEventListener('abort', wake)
      if (signal.aborted) wake()
    })
  }

  /** Both times go on; whoever sleeps until then or earlier wakes. */
  advance(ms: number): void {
    this.#elapsedMs += ms
    this.wallMs += ms
    for (const { atMs, wake } of [...this.#sleepers]) if (atMs <= this.#elapsedMs) wake()
  }
}
