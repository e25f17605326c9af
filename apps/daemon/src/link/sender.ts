import type { Client } from '@watchbill/contract/client'
import type { MachineReport } from '@watchbill/contract/machines'
import type { Log } from '../log.ts'
import type { EntryLog } from '../spool/entries.ts'
import type { Spool } from '../spool/spool.ts'
import type { AlarmBook } from './alarm-book.ts'
import { type Clock, systemClock } from './clock.ts'
import { EntryLane } from './entry-lane.ts'
import { LinkBook, type LinkState } from './link-book.ts'
import type { LogMemory } from './log-memory.ts'
import { LogWatch } from './log-watch.ts'
import { ProofLane } from './proof-lane.ts'
import { Pump } from './pump.ts'
import { SnapshotLane } from './snapshot-lane.ts'

export type { LinkState } from './link-book.ts'

export interface SenderOptions {
  readonly client: Client
  readonly spool: Spool
  readonly entries: EntryLog
  readonly machineId: string
  readonly random: () => number
  readonly log: Log
  /** What is known of the control plane's log, and what does not hold about it. */
  readonly memory: LogMemory
  readonly alarms: AlarmBook
  readonly clock?: Clock
  /** Shortens the waits between proofs in tests. */
  readonly haste?: number
}

/** Empties the spool towards the control plane: each lane in order, one call at a time, neither in the other's way. */
export class Sender {
  readonly #book: LinkBook
  readonly #snapshots: SnapshotLane
  readonly #entries: EntryLane
  readonly #pumps: { readonly snapshots: Pump; readonly entries: Pump; readonly proofs: Pump }

  constructor(options: SenderOptions) {
    const { client, spool, entries, machineId, random, log, memory, alarms, haste = 1 } = options
    const clock = options.clock ?? systemClock
    const book = new LinkBook(clock, random, log)
    const snapshotLane = new SnapshotLane({ client, spool, machineId, clock, book, log })
    const watch = new LogWatch({ client, memory, alarms, now: () => clock.wall(), log })
    const entryLane = new EntryLane({ client, entries, watch, alarms, book, clock, log })
    const proofLane = new ProofLane({ client, entries, watch, alarms, book, clock, haste })
    const pump = (lane: SnapshotLane | EntryLane | ProofLane) =>
      new Pump({ clock, step: (signal) => lane.step(signal), failed: (error) => lane.failed(error) })
    this.#book = book
    this.#snapshots = snapshotLane
    this.#entries = entryLane
    this.#pumps = { snapshots: pump(snapshotLane), entries: pump(entryLane), proofs: pump(proofLane) }
    spool.onAdded(() => this.#pumps.snapshots.notify())
    entries.onNews(
      () => this.#pumps.entries.notify(),
      () => this.#pumps.proofs.notify(),
    )
  }

  get link(): LinkState {
    return this.#book.state
  }

  /** Why entries do not go although the link stands; null while they do. */
  get entriesHeld(): string | null {
    return this.#entries.held
  }

  start(): void {
    this.#pumps.snapshots.start()
    this.#pumps.entries.start()
    this.#pumps.proofs.start()
  }

  report(machine: MachineReport): void {
    this.#snapshots.report(machine)
    this.#pumps.snapshots.notify()
  }

  /** Ends the calls in flight; what was not acknowledged stays in the spool. */
  async close(): Promise<void> {
    const { snapshots, entries, proofs } = this.#pumps
    await Promise.all([snapshots.close(), entries.close(), proofs.close()])
  }
}
