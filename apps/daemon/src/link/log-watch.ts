import type { Client } from '@watchbill/contract/client'
import type { Log } from '../log.ts'
import type { AlarmBook } from './alarm-book.ts'
import { withLimit } from './call-limit.ts'
import type { AlarmKind } from './log-alarm.ts'
import {
  compareTrees,
  followEpochs,
  type LogFacts,
  type Restored,
  readTree,
  requireGrown,
  type SignedTree,
} from './log-check.ts'
import type { LogMemory } from './log-memory.ts'

export interface LogWatchOptions {
  readonly client: Client
  readonly memory: LogMemory
  readonly alarms: AlarmBook
  /** Wall clock, ms. */
  readonly now: () => number
  readonly log: Log
}

/** The log as it was found: signed, and going on from what this machine remembers. */
export interface Sighting {
  readonly log: LogFacts
  readonly signed: SignedTree
  /** What a restore lost since the last look; null unless there was one. */
  readonly restored: Restored | null
}

/** Alarms that are over once a look finds nothing wrong. */
const lookAlarms: readonly AlarmKind[] = [
  'unreadable',
  'signature',
  'key',
  'origin',
  'shrunk',
  'history',
  'refused',
]

/** Looks at the control plane's log, one look at a time, and remembers each checkpoint that holds before it is used. */
export class LogWatch {
  readonly #options: LogWatchOptions
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: LogWatchOptions) {
    this.#options = options
  }

  /** The checkpoint is null while the log has none. Throws LogAlarm, and Fault where the control plane does not answer. */
  look(signal: AbortSignal): Promise<Sighting | LogFacts> {
    const look = () => this.#look(signal)
    const turn = this.#turn.then(look, look)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #look(signal: AbortSignal): Promise<Sighting | LogFacts> {
    const { client, memory, alarms, now, log: say } = this.#options
    const log = await client.getLog({}, { signal: withLimit(signal) })
    const signed = await readTree(log, memory.known)
    if (signed === null) return log
    const restored = await this.#goOn(log, signed, signal)
    const restores =
      restored === null ? memory.known.restores : [...memory.known.restores, { ...restored, atMs: now() }]
    await memory.learn({ keys: [...signed.keys], checkpoint: signed.tree, restores })
    if (restored !== null) say({ event: 'log.restored', ...restored })
    for (const kind of lookAlarms) alarms.clear(kind)
    return { log, signed, restored }
  }

  /** What is remembered is the beginning of what is shown, or a restore is owned up to. Throws LogAlarm. */
  async #goOn(log: LogFacts, { tree }: SignedTree, signal: AbortSignal): Promise<Restored | null> {
    const { client, memory } = this.#options
    const before = memory.known.checkpoint
    if (before === null) return null
    const restored = before.origin === tree.origin ? null : followEpochs(before, tree, log)
    if (restored !== null) return restored
    if (compareTrees(before, tree) === 'same' || before.size === 0) return null
    const query = { from: String(before.size), to: String(tree.size) }
    const { hashes } = await client.getConsistency({ query }, { signal: withLimit(signal) })
    requireGrown(before, tree, hashes)
    return null
  }

  /** Whether the log was restored, openly, since entries of the present chain were proven last. */
  get restoredSinceProof(): boolean {
    const { checkpoint, provenEpoch } = this.#options.memory.known
    return checkpoint !== null && provenEpoch !== null && checkpoint.epoch > provenEpoch
  }

  /** Entries were proven, or a new chain begun, under the epoch remembered last. */
  async settle(): Promise<void> {
    const { memory } = this.#options
    await memory.learn({ provenEpoch: memory.known.checkpoint?.epoch ?? null })
  }
}
