import type { Log } from '../log.ts'
import { type AlarmKind, alarmMends, type LogAlarm } from './log-alarm.ts'

export interface StandingAlarm {
  readonly kind: AlarmKind
  readonly what: string
  readonly mend: string
  readonly sinceMs: number
}

/** Keeps an item of evidence for good; called once for each alarm that is news. */
export type KeepEvidence = (alarm: LogAlarm, atMs: number) => Promise<void>

/** The alarms that stand, one of a kind; each is said in the log when it comes and when it goes. */
export class AlarmBook {
  readonly #standing = new Map<AlarmKind, StandingAlarm>()
  readonly #now: () => number
  readonly #log: Log
  readonly #keep: KeepEvidence

  constructor(now: () => number, log: Log, keep: KeepEvidence) {
    this.#now = now
    this.#log = log
    this.#keep = keep
  }

  get standing(): readonly StandingAlarm[] {
    return [...this.#standing.values()]
  }

  /** The same words again are no news. */
  async raise(alarm: LogAlarm): Promise<void> {
    const { kind, message } = alarm
    const before = this.#standing.get(kind)
    if (before?.what === message) return
    const sinceMs = before?.sinceMs ?? this.#now()
    this.#standing.set(kind, { kind, what: message, mend: alarmMends[kind], sinceMs })
    this.#log({ event: 'log.alarm', kind, reason: message })
    // What nobody else could check is no evidence.
    if (Object.keys(alarm.evidence).length > 0) await this.#keep(alarm, this.#now()).catch(() => undefined)
  }

  clear(kind: AlarmKind): void {
    if (this.#standing.delete(kind)) this.#log({ event: 'log.alarm-over', kind })
  }

  clearAll(): void {
    for (const kind of [...this.#standing.keys()]) this.clear(kind)
  }
}
