import { join } from 'node:path'
import { Snapshot } from '@watchbill/contract/snapshots'
import * as z from 'zod/mini'
import { Aside } from './aside.ts'
import { fold, type Weighed, type Weight } from './coalesce.ts'
import { Journal } from './journal.ts'

const Item = z.strictObject({
  seq: z.int(),
  weight: z.enum(['state', 'progress', 'heartbeat']),
  snapshot: Snapshot,
})
const Record = z.union([
  z.strictObject({ put: Item, drop: z.array(z.int()) }),
  z.strictObject({ done: z.array(z.int()) }),
])

interface Pending extends Weighed {
  readonly seq: number
  readonly sizeBytes: number
  /** On disk: only then it may be sent. */
  durable: boolean
  /** Sent at least once, with or without an answer: it stays as it is. */
  tried: boolean
}

export interface SpoolOptions {
  readonly limitBytes?: number
  readonly now: () => number
}

/**
 * Snapshots on their way to the control plane: in order, on disk before they count, gone only after `done`.
 * What waits unsent is folded (coalesce.ts); over the limit the oldest heartbeats go first, then progress, then states.
 */
export class Spool {
  readonly #journal: Journal
  readonly #aside: Aside
  readonly #limitBytes: number
  readonly #now: () => number
  readonly #pending = new Map<number, Pending>()
  #nextSeq = 1
  #sizeBytes = 0
  #wake: (() => void) | null = null
  #onDropped: (() => void) | null = null
  readonly dropped: { [W in Weight]: number } = { state: 0, progress: 0, heartbeat: 0 }
  damaged = 0

  private constructor(journal: Journal, aside: Aside, options: SpoolOptions) {
    this.#journal = journal
    this.#aside = aside
    this.#limitBytes = options.limitBytes ?? 32 * 1024 * 1024
    this.#now = options.now
  }

  static async open(folder: string, options: SpoolOptions): Promise<Spool> {
    const aside = await Aside.open(join(folder, 'aside.log'))
    const { journal, replay } = await Journal.open(join(folder, 'spool.log'))
    const spool = new Spool(journal, aside, options)
    spool.damaged = replay.damaged
    for (const record of replay.records) spool.#replay(record)
    return spool
  }

  get counts() {
    const { dropped, damaged } = this
    return {
      pending: this.#pending.size,
      sizeBytes: this.#sizeBytes,
      setAside: this.#aside.count,
      dropped,
      damaged,
    }
  }

  /** Resolves when the snapshot is on disk. Rejects when it could not be written: then it does not count. */
  async add(weighed: Weighed): Promise<void> {
    const last = this.#lastOf(weighed.snapshot.agent.id)
    const folded = last === null || last.tried ? null : fold(last, weighed)
    const { weight, snapshot } = folded ?? weighed
    const seq = this.#nextSeq++
    const put = { seq, weight, snapshot }
    const item: Pending = { ...put, sizeBytes: JSON.stringify(put).length, durable: false, tried: false }
    const drop = folded === null || last === null ? [] : [last.seq]
    for (const each of drop) this.#forget(each)
    this.#keep(item)
    drop.push(...this.#makeRoom(seq))
    await this.#commit(item, drop)
  }

  async #commit(item: Pending, drop: readonly number[]): Promise<void> {
    const { seq, weight, snapshot } = item
    try {
      await this.#journal.append([{ put: { seq, weight, snapshot }, drop }])
    } catch (error) {
      this.#forget(seq)
      throw error
    }
    item.durable = true
    this.#wake?.()
  }

  /** The oldest items that are on disk, in order: at most `count`, about `bytes`. They are not folded any more. */
  take(count: number, bytes: number): { seq: number; snapshot: Snapshot }[] {
    const batch: Pending[] = []
    let size = 0
    for (const item of this.#pending.values()) {
      if (!item.durable || batch.length >= count || (batch.length > 0 && size + item.sizeBytes > bytes)) break
      item.tried = true
      size += item.sizeBytes
      batch.push(item)
    }
    return batch
  }

  /** The control plane has them durably: they go. Not written down, it only means that they are sent again. */
  async done(seqs: readonly number[]): Promise<void> {
    for (const seq of seqs) this.#forget(seq)
    await this.#journal.append([{ done: seqs }]).catch(() => undefined)
    await this.#compact().catch(() => undefined)
  }

  /** Gives all its room on the disk to others; what was dropped is counted and said anew. */
  async relieve(): Promise<void> {
    for (const { seq, weight } of [...this.#pending.values()]) this.#drop(seq, weight)
    await this.#journal.clear().catch(() => undefined)
  }

  #drop(seq: number, weight: Weight): void {
    this.#forget(seq)
    this.dropped[weight] += 1
    this.#onDropped?.()
  }

  /** Refused for good: kept apart with the reason, so that it blocks nobody. */
  async setAside(seq: number, reason: string): Promise<void> {
    const item = this.#pending.get(seq)
    if (item === undefined) return
    await this.#aside.add(reason, this.#now(), item.snapshot)
    await this.done([seq])
  }

  /** Sets aside what another machine's credential left behind. */
  async keepOnly(machineId: string): Promise<void> {
    for (const { seq, snapshot } of [...this.#pending.values()]) {
      if (snapshot.machine.id !== machineId) await this.setAside(seq, 'this machine was enrolled anew since')
    }
  }

  /** Calls when something new can be sent. */
  onAdded(wake: () => void): void {
    this.#wake = wake
  }

  /** Calls when something was dropped that its agent has to say again. */
  onDropped(dropped: () => void): void {
    this.#onDropped = dropped
  }

  close(): Promise<void> {
    return this.#journal.close()
  }

  #lastOf(agentId: string): Pending | null {
    let last: Pending | null = null
    for (const item of this.#pending.values()) if (item.snapshot.agent.id === agentId) last = item
    return last
  }

  #keep(item: Pending): void {
    this.#pending.set(item.seq, item)
    this.#sizeBytes += item.sizeBytes
  }

  #forget(seq: number): void {
    const item = this.#pending.get(seq)
    if (item === undefined) return
    this.#pending.delete(seq)
    this.#sizeBytes -= item.sizeBytes
  }

  #makeRoom(newest: number): number[] {
    const gone: number[] = []
    for (const weight of ['heartbeat', 'progress', 'state'] as const) {
      for (const item of [...this.#pending.values()]) {
        if (this.#sizeBytes <= this.#limitBytes) return gone
        if (item.weight !== weight || item.seq === newest) continue
        this.#drop(item.seq, weight)
        gone.push(item.seq)
      }
    }
    return gone
  }

  async #compact(): Promise<void> {
    const { sizeBytes } = this.#journal
    if (sizeBytes < 256 * 1024 || sizeBytes < 2 * this.#sizeBytes) return
    await this.#journal.rewrite(() =>
      [...this.#pending.values()]
        .filter(({ durable }) => durable)
        .map(({ seq, weight, snapshot }) => ({ put: { seq, weight, snapshot }, drop: [] })),
    )
  }

  #replay(record: unknown): void {
    const parsed = Record.safeParse(record)
    if (!parsed.success) {
      this.damaged += 1
    } else if ('done' in parsed.data) {
      for (const seq of parsed.data.done) this.#forget(seq)
    } else {
      const { put, drop } = parsed.data
      for (const seq of drop) this.#forget(seq)
      this.#keep({ ...put, sizeBytes: JSON.stringify(put).length, durable: true, tried: true })
      this.#nextSeq = Math.max(this.#nextSeq, put.seq + 1)
    }
  }
}
