import type { Client } from '@watchbill/contract/client'
import type { MachineReport } from '@watchbill/contract/machines'
import type { Log } from '../log.ts'
import type { EntryLog } from '../spool/entries.ts'
import type { Spool } from '../spool/spool.ts'
import { type Clock, systemClock } from './clock.ts'
import { EntryLane } from './entry-lane.ts'
import { LinkBook, type LinkState } from './link-book.ts'
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
  readonly clock?: Clock
}

/** Empties the spool towards the control plane: each lane in order, one call at a time, neither in the other's way. */
export class Sender {
  readonly #book: LinkBook
  readonly #snapshots: SnapshotLane
  readonly #entries: EntryLane
  readonly #pumps: { readonly snapshots: Pump; readonly entries: Pump }

  constructor({ client, spool, entries, machineId, random, log, clock = systemClock }: SenderOptions) {
    const book = new LinkBook(clock, random, log)
    const snapshotLane = new SnapshotLane({ client, spool, machineId, clock, book, log })
    const entryLane = new EntryLane({ client, entries, book, log })
    const pump = (lane: SnapshotLane | EntryLane) =>
      new Pump({ clock, step: (signal) => lane.step(signal), failed: (error) => lane.failed(error) })
    this.#book = book
    this.#snapshots = snapshotLane
    this.#entries = entryLane
    this.#pumps = { snapshots: pump(snapshotLane), entries: pump(entryLane) }
    spool.onAdded(() => this.#pumps.snapshots.notify())
    entries.onAdded(() => this.#pumps.entries.notify())
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
  }

  report(machine: MachineReport): void {
    this.#snapshots.report(machine)
    this.#pumps.snapshots.notify()
  }

  /** Ends the calls in flight; what was not acknowledged stays in the spool. */
  async close(): Promise<void> {
    await Promise.all([this.#pumps.snapshots.close(), this.#pumps.entries.close()])
  }
}
