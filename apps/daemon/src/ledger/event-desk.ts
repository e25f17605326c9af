import { eventSchemas, type PayloadLevel } from '@watchbill/contract/events'
import { type EntryParts, type RuntimeEvent, toEntry } from '@watchbill/runtimes'
import type { Place } from '../collect/cursor.ts'
import type { EventDoor } from '../collect/event-door.ts'
import type { Installation } from '../collect/installation.ts'
import type { Telling } from '../collect/tail.ts'
import { SpoolBlocked } from '../spool/blocked.ts'
import type { EntryLog } from '../spool/entries.ts'
import type { Draft } from './chain.ts'
import type { Identities } from './identities.ts'

export interface DeskOptions {
  readonly log: EntryLog
  readonly identities: Identities
  readonly level: PayloadLevel
  readonly now: () => number
}

/** Turns what session files tell into drafts of entries, and hands each telling over as one. */
export class EventDesk implements EventDoor {
  readonly #options: DeskOptions
  /** Events that could not be said, by type: a fault of ours. */
  unsaid = 0

  constructor(options: DeskOptions) {
    this.#options = options
  }

  get blocked(): string | null {
    return this.#options.log.blocked
  }

  retry(): Promise<boolean> {
    return this.#options.log.retry()
  }

  told(file: string): Place | null {
    return this.#options.log.told(file)
  }

  settled(file: string, offset: number): void {
    this.#options.log.settled(file, offset)
  }

  tell(installation: Installation, file: string, { place, events }: Telling): Promise<void> {
    const agent = this.agentId(installation)
    if (agent === null) return Promise.reject(new SpoolBlocked('the agent could not be given a name'))
    const drafts = events.flatMap(({ event, imported }) => this.draft(event, agent, imported) ?? [])
    return this.#options.log.take({ told: { file, place }, drafts })
  }

  /** Null while the name of a new agent cannot be written down. */
  agentId({ format, base }: Installation): string | null {
    const { identities, now } = this.#options
    return identities.agentId(format.runtime, base, now())
  }

  /** Null, and counted, for what the published schema has no place for: it would stop the whole chain. */
  draft(event: RuntimeEvent, agent: string, imported: boolean): Draft | null {
    const { level, identities } = this.#options
    const parts = toEntry(event, { agentId: agent, level, imported })
    if (!conforms(parts)) {
      this.unsaid += 1
      return null
    }
    return { ...parts, agent, fact: identities.factHash(event.key) }
  }
}

const conforms = ({ type, decision, payload }: EntryParts): boolean => {
  const { decisions, payload: schema } = eventSchemas[type]
  const allowed: readonly (typeof decision)[] = decisions
  return allowed.includes(decision) && schema.safeParse(payload).success
}
