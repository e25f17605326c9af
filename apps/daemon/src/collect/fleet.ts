import { newId } from '@watchbill/contract/ids'
import type { SessionReport } from '@watchbill/contract/sessions'
import type { Snapshot } from '@watchbill/contract/snapshots'
import type { Weighed, Weight } from '../spool/coalesce.ts'
import type { Installation } from './installation.ts'
import { Installed } from './installed.ts'
import type { LiveBook } from './live.ts'

const heartbeatMs = 20_000
const ttlMs = 60_000
const mostSessions = 500

export interface FleetOptions {
  readonly machine: { readonly id: string; readonly name: string }
  readonly owner: string | null
  readonly payload: 'none' | 'request'
  readonly live: LiveBook
  /** The installation's own id; null while a new one cannot be written down. */
  readonly agentId: (installation: Installation) => string | null
  readonly now: () => number
  readonly randomBytes: (count: number) => Uint8Array
  /** Takes a snapshot durably; a rejection makes the agent say everything again. */
  readonly take: (weighed: Weighed) => Promise<void>
}

/** Turns what files and live lists say into snapshots, one agent per installation: all sessions first, then what changed. */
export class Fleet {
  readonly #options: FleetOptions
  readonly #agents = new Map<Installation, Installed>()

  constructor(options: FleetOptions) {
    this.#options = options
  }

  /** `whole`: look at sessions that had ended, too. Returns how many snapshots were made. */
  evaluate(installations: Iterable<Installation>, whole: boolean): number {
    let made = 0
    for (const installation of installations) made += this.#evaluateOne(installation, whole)
    return made
  }

  /** Every agent says everything again: something of what it said was dropped. */
  forget(): void {
    for (const agent of this.#agents.values()) agent.forget()
  }

  #agentOf(installation: Installation): Installed | null {
    const known = this.#agents.get(installation)
    if (known !== undefined) return known
    const id = this.#options.agentId(installation)
    if (id === null) return null
    const agent = new Installed(id, installation, this.#options.payload)
    this.#agents.set(installation, agent)
    return agent
  }

  #evaluateOne(installation: Installation, whole: boolean): number {
    const agent = this.#agentOf(installation)
    if (agent === null) return 0
    const nowMs = this.#options.now()
    const { sessions, moved } = agent.changes(this.#options.live.of(installation), nowMs, whole)
    const liveness = agent.liveness(this.#options.live.of(installation))
    const due = agent.saidMs !== null && nowMs - agent.saidMs >= heartbeatMs
    if (agent.isEmpty && installation.unreadable === null) return 0
    const flipped = agent.said !== `${liveness.liveness} ${liveness.reason}`
    if (sessions.length === 0 && !flipped && !due) return 0
    const weight: Weight = moved || flipped ? 'state' : sessions.length > 0 ? 'progress' : 'heartbeat'
    agent.said = `${liveness.liveness} ${liveness.reason}`
    const parts = chunks(sessions)
    for (const part of parts)
      this.#emit(agent, { weight, snapshot: this.#snapshot(agent, liveness, part, nowMs) })
    return parts.length
  }

  #emit(agent: Installed, weighed: Weighed): void {
    this.#options.take(weighed).catch(() => agent.forget())
  }

  #snapshot(
    agent: Installed,
    { liveness, reason }: ReturnType<Installed['liveness']>,
    sessions: SessionReport[],
    nowMs: number,
  ): Snapshot {
    const { machine, owner, randomBytes } = this.#options
    // Strictly later than the one before, so that the order of an agent's snapshots is never in doubt.
    const atMs = Math.max(nowMs, (agent.saidMs ?? 0) + 1)
    agent.saidMs = atMs
    const at = new Date(atMs).toISOString()
    const { format } = agent.installation
    return {
      v: 1,
      id: newId('snp', nowMs, randomBytes(10)),
      observedAt: at,
      machine,
      agent: { id: agent.id, runtime: format.runtime, name: agent.name, owner, version: agent.version },
      liveness,
      livenessReason: reason,
      health: 'unknown',
      healthReason: null,
      source: 'observed',
      ttlMs,
      readings: [
        { name: 'session files', value: agent.installation.fileCount, unit: null, source: 'observed', at },
        { name: 'folder', value: agent.installation.display, unit: null, source: 'observed', at },
      ],
      sessions,
    }
  }
}

/** At least one part, so that liveness alone can be said. */
const chunks = (sessions: readonly SessionReport[]): SessionReport[][] => {
  const parts: SessionReport[][] = [sessions.slice(0, mostSessions)]
  for (let at = mostSessions; at < sessions.length; at += mostSessions)
    parts.push(sessions.slice(at, at + mostSessions))
  return parts
}
