import type { Client } from '@watchbill/contract/client'
import { Fault, type FaultCode } from '@watchbill/contract/fault'
import type { MachineReport } from '@watchbill/contract/machines'
import { errorText } from '../error-code.ts'
import type { Log } from '../log.ts'
import type { Spool } from '../spool/spool.ts'
import { backoffMs } from './backoff.ts'

const batchCount = 200
const batchBytes = 2 * 1024 * 1024
const callMs = 15_000
const refusedMs = 30_000

/** Answers that say something about one item; everything else is about the link and tried again. */
const itemCodes: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'invalid_json',
  'invalid_request',
  'forbidden',
  'not_found',
  'conflict',
  'precondition_failed',
  'too_large',
  'unsupported_media_type',
  'not_acceptable',
  'gone',
])

export interface LinkState {
  readonly state: 'connecting' | 'connected' | 'unreachable' | 'refused'
  readonly reason: string | null
  /** When the control plane last took something, ms. */
  readonly deliveredMs: number | null
}

export interface SenderOptions {
  readonly client: Client
  readonly spool: Spool
  readonly machineId: string
  readonly now: () => number
  readonly random: () => number
  readonly log: Log
}

/** Empties the spool towards the control plane, in order, one call at a time; the machine's own report goes first. */
export class Sender {
  link: LinkState = { state: 'connecting', reason: null, deliveredMs: null }
  readonly #options: SenderOptions
  /** The newest report replaces the one before, so it needs no spool: after a failure or a restart it is simply said again. */
  #machine: MachineReport | null = null
  #batchCount = batchCount
  #failures = 0
  #notBeforeMs = 0
  #closed = new AbortController()
  #wake: (() => void) | null = null
  /** Something came since the last look: a pause for news must not begin. */
  #news = false
  #running: Promise<void> | null = null

  constructor(options: SenderOptions) {
    this.#options = options
    options.spool.onAdded(() => this.#notify())
  }

  start(): void {
    this.#running ??= this.#run()
  }

  report(machine: MachineReport): void {
    this.#machine = machine
    this.#notify()
  }

  /** Ends the call in flight; what was not acknowledged stays in the spool. */
  async close(): Promise<void> {
    this.#closed.abort(new Error('closing'))
    this.#wake?.()
    await this.#running
  }

  #notify(): void {
    this.#news = true
    this.#wake?.()
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed
    while (!signal.aborted) {
      const waitMs = this.#notBeforeMs - this.#options.now()
      if (waitMs > 0) await this.#pause(waitMs, false)
      else if (!(await this.#step(signal))) await this.#pause(60_000, true)
    }
  }

  /** One call, or false when there is nothing to say. */
  async #step(signal: AbortSignal): Promise<boolean> {
    this.#news = false
    if (this.#machine !== null) return this.#sendMachine(this.#machine, signal)
    const batch = this.#options.spool.take(this.#batchCount, batchBytes)
    if (batch.length === 0) return false
    try {
      const snapshots = batch.map(({ snapshot }) => snapshot)
      const body = { sentAt: this.#instant(), snapshots }
      await this.#options.client.postSnapshots({ body }, { signal: withLimit(signal) })
      this.#delivered()
      this.#batchCount = batchCount
      await this.#options.spool.done(batch.map(({ seq }) => seq))
    } catch (error) {
      if (!signal.aborted) await this.#failed(error, batch)
    }
    return true
  }

  async #sendMachine(machine: MachineReport, signal: AbortSignal): Promise<boolean> {
    try {
      const params = { id: this.#options.machineId }
      const body = { sentAt: this.#instant(), machine }
      await this.#options.client.putMachine({ params, body }, { signal: withLimit(signal) })
      if (this.#machine === machine) this.#machine = null
      this.#delivered()
    } catch (error) {
      if (signal.aborted) return true
      const aboutIt = error instanceof Fault && itemCodes.has(error.code)
      if (aboutIt && this.#machine === machine) this.#machine = null
      if (aboutIt) this.#options.log({ event: 'machine.refused', reason: errorText(error) })
      else this.#hold(error)
    }
    return true
  }

  /** A batch is taken whole or not at all: halved until the item at fault stands alone, which is then set aside. */
  async #failed(error: unknown, batch: readonly { seq: number }[]): Promise<void> {
    if (!(error instanceof Fault) || !itemCodes.has(error.code)) return this.#hold(error)
    const [first] = batch
    if (batch.length > 1 || first === undefined) {
      this.#batchCount = Math.ceil(batch.length / 2)
      return
    }
    const reason = `${error.code}: ${error.message}`
    this.#options.log({ event: 'snapshot.set-aside', seq: first.seq, reason })
    await this.#options.spool.setAside(first.seq, reason)
    this.#batchCount = batchCount
  }

  #hold(error: unknown): void {
    this.#failures += 1
    const refused = error instanceof Fault && error.code === 'unauthenticated'
    const stated =
      error instanceof Fault && error.retryAfterSeconds !== null ? error.retryAfterSeconds * 1000 : 0
    const waitMs = refused
      ? refusedMs
      : Math.max(Math.min(stated, 300_000), backoffMs(this.#failures, this.#options.random))
    this.#notBeforeMs = this.#options.now() + waitMs
    const reason = refused ? 'the control plane does not know this credential (any more)' : errorText(error)
    if (this.#failures === 1 || refused) this.#options.log({ event: 'link.down', reason })
    this.link = { ...this.link, state: refused ? 'refused' : 'unreachable', reason }
  }

  #delivered(): void {
    if (this.#failures > 0) this.#options.log({ event: 'link.up', failures: this.#failures })
    this.#failures = 0
    this.link = { state: 'connected', reason: null, deliveredMs: this.#options.now() }
  }

  #instant(): string {
    return new Date(this.#options.now()).toISOString()
  }

  /** Waits, or until closing; `news` also ends it when there is something to send. */
  async #pause(ms: number, news: boolean): Promise<void> {
    if (this.#closed.signal.aborted || (news && this.#news)) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        if (!news && !this.#closed.signal.aborted) return
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = null
  }
}

const withLimit = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(callMs)])
