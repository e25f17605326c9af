import type { Client } from '@watchbill/contract/client'
import type { MachineReport } from '@watchbill/contract/machines'
import { errorText } from '../error-code.ts'
import type { Log } from '../log.ts'
import type { Spool } from '../spool/spool.ts'
import { withLimit } from './call-limit.ts'
import type { Clock } from './clock.ts'
import { isAboutItem, type LinkBook } from './link-book.ts'

const batchCount = 200
const batchBytes = 2 * 1024 * 1024

export interface SnapshotLaneOptions {
  readonly client: Client
  readonly spool: Spool
  readonly machineId: string
  readonly clock: Clock
  readonly book: LinkBook
  readonly log: Log
}

/** Snapshots towards the control plane, in order; the machine's own report goes first. */
export class SnapshotLane {
  readonly #options: SnapshotLaneOptions
  /** The newest report replaces the one before, so it needs no spool: after a failure or a restart it is simply said again. */
  #machine: MachineReport | null = null
  #batchCount = batchCount
  #failures = 0

  constructor(options: SnapshotLaneOptions) {
    this.#options = options
  }

  report(machine: MachineReport): void {
    this.#machine = machine
  }

  async step(signal: AbortSignal): Promise<boolean> {
    if (this.#machine !== null) return this.#sendMachine(this.#machine, signal)
    const { client, spool } = this.#options
    const batch = spool.take(this.#batchCount, batchBytes)
    if (batch.length === 0) return false
    try {
      const body = { sentAt: this.#instant(), snapshots: batch.map(({ snapshot }) => snapshot) }
      await client.postSnapshots({ body }, { signal: withLimit(signal) })
    } catch (error) {
      if (signal.aborted || !isAboutItem(error)) throw error
      await this.#blame(`${error.code}: ${error.message}`, batch)
      return true
    }
    this.#delivered()
    this.#batchCount = batchCount
    await spool.done(batch.map(({ seq }) => seq))
    return true
  }

  async #sendMachine(machine: MachineReport, signal: AbortSignal): Promise<boolean> {
    const { client, machineId, log } = this.#options
    try {
      const params = { id: machineId }
      const body = { sentAt: this.#instant(), machine }
      await client.putMachine({ params, body }, { signal: withLimit(signal) })
      this.#delivered()
    } catch (error) {
      if (signal.aborted || !isAboutItem(error)) throw error
      log({ event: 'machine.refused', reason: errorText(error) })
    }
    if (this.#machine === machine) this.#machine = null
    return true
  }

  /** A batch is taken whole or not at all: halved until the item at fault stands alone, which is then set aside. */
  async #blame(reason: string, batch: readonly { seq: number }[]): Promise<void> {
    const [first] = batch
    if (batch.length > 1 || first === undefined) {
      this.#batchCount = Math.ceil(batch.length / 2)
      return
    }
    this.#options.log({ event: 'snapshot.set-aside', seq: first.seq, reason })
    await this.#options.spool.setAside(first.seq, reason)
    this.#batchCount = batchCount
  }

  #delivered(): void {
    this.#failures = 0
    this.#options.book.delivered()
  }

  /** How long to wait after this, ms. */
  failed(error: unknown): number {
    this.#failures += 1
    return this.#options.book.failed(error, this.#failures)
  }

  #instant(): string {
    return new Date(this.#options.clock.wall()).toISOString()
  }
}
