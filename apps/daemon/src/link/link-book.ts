import { Fault, type FaultCode } from '@watchbill/contract/fault'
import { errorText } from '../error-code.ts'
import type { Log } from '../log.ts'
import { backoffMs } from './backoff.ts'
import type { Clock } from './clock.ts'

const refusedMs = 30_000
const mostStatedMs = 300_000

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

export const isAboutItem = (error: unknown): error is Fault =>
  error instanceof Fault && itemCodes.has(error.code)

export interface LinkState {
  readonly state: 'connecting' | 'connected' | 'unreachable' | 'refused'
  readonly reason: string | null
  /** When the control plane last took something, ms. */
  readonly deliveredMs: number | null
}

/** How the link stands, by what the calls of all lanes came to. */
export class LinkBook {
  state: LinkState = { state: 'connecting', reason: null, deliveredMs: null }
  readonly #clock: Clock
  readonly #random: () => number
  readonly #log: Log
  #failures = 0

  constructor(clock: Clock, random: () => number, log: Log) {
    this.#clock = clock
    this.#random = random
    this.#log = log
  }

  delivered(): void {
    if (this.#failures > 0) this.#log({ event: 'link.up', failures: this.#failures })
    this.#failures = 0
    this.state = { state: 'connected', reason: null, deliveredMs: this.#clock.wall() }
  }

  /** Notes the failure; answers how long its lane waits, ms, after so many of its own in a row. */
  failed(error: unknown, inRow: number): number {
    this.#failures += 1
    const refused = error instanceof Fault && error.code === 'unauthenticated'
    const reason = refused ? 'the control plane does not know this credential (any more)' : errorText(error)
    const state = refused ? 'refused' : 'unreachable'
    if (this.state.state !== state) this.#log({ event: 'link.down', reason })
    this.state = { ...this.state, state, reason }
    return refused ? refusedMs : Math.max(statedMs(error), backoffMs(inRow, this.#random))
  }
}

const statedMs = (error: unknown): number =>
  error instanceof Fault ? Math.min((error.retryAfterSeconds ?? 0) * 1000, mostStatedMs) : 0
