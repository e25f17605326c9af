import { readFileSync } from 'node:fs'
import * as z from 'zod/mini'
import { writeAtomic } from '../atomic-file.ts'

const Stored = z.strictObject({ v: z.literal(1), aliveMs: z.record(z.string(), z.number()) })
const everyMs = 300_000

/**
 * When each polled runtime last gave a sign of life, kept over restarts: without it a restart would turn every `stale`
 * into "never answered". A file that is not understood is begun anew.
 */
export class PollMemory {
  readonly #path: string
  readonly #now: () => number
  #aliveMs: Map<string, number>
  #savedMs = Number.NEGATIVE_INFINITY
  #changed = false

  constructor(path: string, now: () => number) {
    this.#path = path
    this.#now = now
    this.#aliveMs = new Map(Object.entries(readStored(path)))
  }

  aliveMs(key: string): number | null {
    return this.#aliveMs.get(key) ?? null
  }

  /** On disk at once when it is the first of its kind, else within five minutes. Rejects when it cannot be written. */
  async note(key: string, aliveMs: number): Promise<void> {
    const known = this.#aliveMs.get(key)
    if (known === aliveMs) return
    this.#aliveMs.set(key, aliveMs)
    this.#changed = true
    if (known === undefined || this.#now() - this.#savedMs >= everyMs) await this.save()
  }

  /** Runtimes that are not in the config any more are forgotten. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of [...this.#aliveMs.keys()]) if (!keys.has(key)) this.#aliveMs.delete(key)
  }

  async save(): Promise<void> {
    if (!this.#changed) return
    this.#changed = false
    this.#savedMs = this.#now()
    const stored = { v: 1, aliveMs: Object.fromEntries(this.#aliveMs) }
    await writeAtomic(this.#path, `${JSON.stringify(stored)}\n`)
  }
}

const readStored = (path: string): Readonly<Record<string, number>> => {
  try {
    return Stored.parse(JSON.parse(readFileSync(path, 'utf8'))).aliveMs
  } catch {
    return {}
  }
}
