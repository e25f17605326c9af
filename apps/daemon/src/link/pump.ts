import type { Clock } from './clock.ts'

const idleMs = 60_000

export interface PumpOptions {
  readonly clock: Clock
  /** One call; false when there was nothing to say. May reject: then `failed` says how long to wait, ms. */
  readonly step: (signal: AbortSignal) => Promise<boolean>
  readonly failed: (error: unknown) => number
}

/** Calls `step` one after the other while there is something to say; waits for news, and after failures. */
export class Pump {
  readonly #options: PumpOptions
  readonly #closed = new AbortController()
  #notBeforeMs = Number.NEGATIVE_INFINITY
  /** Something came since the last look: a pause for news must not begin. */
  #news = false
  #wake: ((closing: boolean) => void) | null = null
  #running: Promise<void> | null = null

  constructor(options: PumpOptions) {
    this.#options = options
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** There is something to say. */
  notify(): void {
    this.#news = true
    this.#wake?.(false)
  }

  /** Ends the call in flight. */
  async close(): Promise<void> {
    this.#closed.abort(new Error('closing'))
    this.#wake?.(true)
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#closed
    while (!signal.aborted) {
      const waitMs = this.#notBeforeMs - clock.elapsedMs()
      if (waitMs > 0) await this.#pause(waitMs, false)
      else if (!(await this.#try(signal))) await this.#pause(idleMs, true)
    }
  }

  async #try(signal: AbortSignal): Promise<boolean> {
    this.#news = false
    try {
      return await this.#options.step(signal)
    } catch (error) {
      if (!signal.aborted) this.#notBeforeMs = this.#options.clock.elapsedMs() + this.#options.failed(error)
      return true
    }
  }

  /** Waits, or until closing; `news` also ends it when there is something to send. */
  async #pause(ms: number, news: boolean): Promise<void> {
    if (this.#closed.signal.aborted || (news && this.#news)) return
    const ended = new AbortController()
    this.#wake = (closing) => {
      if (closing || news) ended.abort()
    }
    await this.#options.clock.sleep(ms, ended.signal)
    this.#wake = null
  }
}
