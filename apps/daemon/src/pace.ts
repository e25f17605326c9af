interface Beat {
  timer: NodeJS.Timeout | null
  running: Promise<void> | null
  /** Asked for again while it ran. */
  again: boolean
  /** When it may begin next, so that one kind of work never takes more than a few per cent of the time. */
  notBeforeMs: number
}

type Work = () => Promise<void> | void

/** Runs named work now and then, each name one at a time. A failure is reported and the rhythm goes on. */
export class Pace {
  readonly #failed: (event: string, error: unknown) => void
  readonly #beats = new Map<string, Beat>()
  #closed = false

  constructor(failed: (event: string, error: unknown) => void) {
    this.#failed = failed
  }

  /** Every `ms`, counted from the end; slow work is spaced out to a hundredth of the time. */
  every(name: string, ms: number, work: Work): void {
    const beat = this.#beat(name)
    const next = (tookMs: number) => {
      if (this.#closed) return
      beat.timer = setTimeout(
        () => void this.#run(name, beat, work).then(next),
        Math.max(ms, Math.min(tookMs * 100, 300_000)),
      )
    }
    next(0)
  }

  /** Once, `ms` from now; asked for again before that, it stays one. After slow work four times as long passes first. */
  soon(name: string, ms: number, work: Work): void {
    const beat = this.#beat(name)
    if (this.#closed || beat.timer !== null) return
    if (beat.running !== null) {
      beat.again = true
      return
    }
    const delay = Math.max(ms, beat.notBeforeMs - performance.now())
    beat.timer = setTimeout(() => {
      beat.timer = null
      void this.#run(name, beat, work).then((tookMs) => {
        beat.notBeforeMs = performance.now() + Math.min(tookMs * 4, 5000)
        const { again } = beat
        beat.again = false
        if (again) this.soon(name, ms, work)
      })
    }, delay)
  }

  /** Begins nothing more and waits for what runs. */
  async close(): Promise<void> {
    this.#closed = true
    for (const { timer } of this.#beats.values()) if (timer !== null) clearTimeout(timer)
    await Promise.all([...this.#beats.values()].map(({ running }) => running))
  }

  #beat(name: string): Beat {
    const known = this.#beats.get(name)
    if (known !== undefined) return known
    const beat: Beat = { timer: null, running: null, again: false, notBeforeMs: 0 }
    this.#beats.set(name, beat)
    return beat
  }

  /** How long the work took, ms. */
  async #run(name: string, beat: Beat, work: Work): Promise<number> {
    const beganMs = performance.now()
    const run = async () => {
      try {
        await work()
      } catch (error) {
        this.#failed(`${name}.failed`, error)
      }
    }
    beat.running = run()
    await beat.running
    beat.running = null
    return performance.now() - beganMs
  }
}
