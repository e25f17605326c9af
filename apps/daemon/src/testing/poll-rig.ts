import { afterEach } from 'vitest'
import type { RuntimeSource } from '../config/config.ts'
import { createPollers, type Pollers, type PollersOptions } from '../poll/pollers.ts'
import type { Weighed } from '../spool/coalesce.ts'
import { testFolder, until } from './folder.ts'
import { sinkMachineId } from './sink.ts'

const running: PollRig[] = []

afterEach(async () => {
  for (const rig of running.splice(0)) await rig.stop()
})

/** Pollers under a clock of the test's own: nobody asks until `round` is called. */
export class PollRig {
  nowMs: number
  readonly posted: Weighed[] = []
  readonly lines: Readonly<Record<string, unknown>>[] = []
  /** What each wait asked for, ms, in order. */
  readonly waits: number[] = []
  readonly folder: string
  readonly pollers: Pollers
  readonly #count: number
  readonly #stopping = new AbortController()
  readonly #waiting: (() => void)[] = []

  private constructor(runtimes: readonly RuntimeSource[], folder: string, more: Partial<PollersOptions>) {
    this.nowMs = Date.now()
    this.folder = folder
    this.#count = runtimes.length
    this.pollers = createPollers({
      config: { runtimes },
      data: { path: folder },
      machine: { id: sinkMachineId, name: 'test' },
      owner: null,
      identify: testAgentId,
      post: async (weighed) => {
        this.posted.push(weighed)
      },
      log: (line) => this.lines.push(line),
      now: () => this.nowMs,
      signal: this.#stopping.signal,
      random: () => 1,
      wait: (ms, signal) => this.#wait(ms, signal),
      ...more,
    })
  }

  static async open(
    runtimes: readonly RuntimeSource[],
    more: Partial<PollersOptions> & { readonly folder?: string } = {},
  ): Promise<PollRig> {
    const { folder = await testFolder(), ...options } = more
    const rig = new PollRig(runtimes, folder, options)
    running.push(rig)
    return rig
  }

  /** Lets time pass and everybody ask once. */
  async round(passMs = 10_000): Promise<void> {
    await this.#allWait()
    this.nowMs += passMs
    for (const go of this.#waiting.splice(0)) go()
    await this.#allWait()
  }

  /** Rounds until the one entry, or that of this name, stands so: a short time cap may pass on a busy machine. */
  async roundsUntil(liveness: string, name?: string): Promise<void> {
    await until(`${name ?? 'it'} to be ${liveness}`, async () => {
      await this.round()
      return this.liveness(name) === liveness
    })
  }

  /** The one entry's liveness, or that of the one with this name. */
  liveness(name?: string): string {
    const found = this.pollers.standing().find((each) => name === undefined || each.name === name)
    return found === undefined ? 'not there' : `${found.liveness}`
  }

  reason(name?: string): string {
    const found = this.pollers.standing().find((each) => name === undefined || each.name === name)
    return found?.reason ?? ''
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.pollers.ended
  }

  #allWait(): Promise<unknown> {
    return until('every poller to wait', () => this.#waiting.length === this.#count || null)
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    this.waits.push(ms)
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }
}

/** Always the same id for the same address. */
const testAgentId = (runtime: string, address: string): string => {
  let sum = 7
  for (const character of `${runtime} ${address}`)
    sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 0xffffffff
  return `agt_00000000-0000-8000-8000-${sum.toString(16).padStart(12, '0')}`
}

const polled = { everyMs: 10_000, timeoutMs: 10_000 }

export const katoEntry = (path: string): RuntimeSource => ({ runtime: 'kato', name: 'kato', path, ...polled })

export const httpEntry = (
  runtime: 'vak' | 'skreaver',
  url: string,
  more: { readonly tokenFile?: string; readonly timeoutMs?: number } = {},
): RuntimeSource => ({
  runtime,
  name: runtime,
  url,
  tokenFile: null,
  privateNetwork: false,
  ...polled,
  ...more,
})

export const fluffyEntry = (where: { path: string } | { socket: string }): RuntimeSource => {
  const base = { runtime: 'fluffy-waffle' as const, name: 'fluffy', ...polled }
  return 'path' in where
    ? { ...base, path: where.path, socket: null }
    : { ...base, path: null, socket: where.socket }
}
