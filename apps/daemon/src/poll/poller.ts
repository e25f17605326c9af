import type { Documents, NodeFormat, NodeStatus, SnapshotIds } from '@watchbill/runtimes'
import { toNodeSnapshot } from '@watchbill/runtimes'
import type { Weighed, Weight } from '../spool/coalesce.ts'
import type { Source } from './ask.ts'

const heartbeatMs = 20_000

export interface PollerOptions {
  readonly name: string
  readonly everyMs: number
  readonly timeoutMs: number
  readonly format: NodeFormat
  readonly source: Source
  /** Its last sign of life as remembered from before; null when it never spoke. */
  readonly aliveMs: number | null
  readonly now: () => number
  readonly signal: AbortSignal
  /** Who it is in a snapshot; null while nobody can say (identities cannot be written). */
  readonly ids: (observedMs: number) => SnapshotIds | null
  /** Takes a snapshot durably; after a rejection everything is said again. */
  readonly post: (weighed: Weighed) => Promise<void>
}

/** One polled runtime: asks, understands, tells what is new. The rhythm is the caller's. */
export class Poller {
  readonly #options: PollerOptions
  #aliveMs: number | null
  #last: NodeStatus | null = null
  #said: { readonly state: string; readonly figures: string } | null = null
  readonly #open = new Map<string, NodeStatus['sessions'][number]>()
  #saidMs = Number.NEGATIVE_INFINITY
  /** Times in a row without anything usable. */
  failures = 0
  polledMs: number | null = null

  constructor(options: PollerOptions) {
    this.#options = options
    this.#aliveMs = options.aliveMs
  }

  get status(): NodeStatus | null {
    return this.#last
  }

  get aliveMs(): number | null {
    return this.#aliveMs
  }

  /** A snapshot was lost on its way: the next poll tells everything. */
  sayAgain(): void {
    this.#said = null
  }

  /** Asks once. Null when it was stopped meanwhile: then nothing was learnt. Rejects when `post` does. */
  async poll(): Promise<NodeStatus | null> {
    const { source, format, now, signal, timeoutMs } = this.#options
    const documents = await source.gather({ nowMs: now(), timeoutMs, signal })
    if (signal.aborted) return null
    const nowMs = now()
    const context = { nowMs, lastGoodMs: this.#aliveMs, last: this.#last }
    const status = format.parseStatus(documents, context)
    this.polledMs = nowMs
    this.failures = isUsable(documents, status) ? 0 : this.failures + 1
    this.#last = status
    this.#aliveMs = latest(this.#aliveMs, status.aliveMs)
    await this.#tell(this.#withGone(status, documents, nowMs), nowMs)
    return status
  }

  async #tell(status: NodeStatus, nowMs: number): Promise<void> {
    const saying = { state: stateOf(status), figures: figuresOf(status) }
    const weight = this.#weigh(saying, status, nowMs)
    if (weight === null) return
    // Strictly later than the one before, so that the order of an agent's snapshots is never in doubt.
    const observedMs = Math.max(nowMs, this.#saidMs + 1)
    const ids = this.#options.ids(observedMs)
    if (ids === null) return
    this.#said = saying
    this.#saidMs = observedMs
    try {
      await this.#options.post({ weight, snapshot: toNodeSnapshot(this.#lasting(status), ids) })
      for (const session of status.sessions)
        if (session.state === 'ended') this.#open.delete(session.nativeId)
        else this.#open.set(session.nativeId, session)
    } catch (error) {
      this.#said = null
      throw error
    }
  }

  /** What was open and is not listed any more has ended: nobody else will say so. */
  #withGone(status: NodeStatus, documents: Documents, nowMs: number): NodeStatus {
    if (!isListing(status, documents)) return status
    const listed = new Set(status.sessions.map(({ nativeId }) => nativeId))
    const gone = [...this.#open.values()]
      .filter(({ nativeId }) => !listed.has(nativeId))
      .map((session) => ({
        ...session,
        state: 'ended' as const,
        source: 'inferred' as const,
        sinceMs: nowMs,
        tool: null,
      }))
    return gone.length === 0 ? status : { ...status, sessions: [...gone, ...status.sessions] }
  }

  /** News at once; figures, and that it still lives, often enough that `running` does not turn stale in between. */
  #weigh(saying: { state: string; figures: string }, status: NodeStatus, nowMs: number): Weight | null {
    if (this.#said?.state !== saying.state) return 'state'
    const restMs = Math.min(heartbeatMs, status.ttlMs / 3)
    if (nowMs - this.#saidMs < restMs * 0.95) return null
    return this.#said.figures === saying.figures ? 'heartbeat' : 'progress'
  }

  /** Looked at rarely, it is believed for longer; one that is stale already is not. */
  #lasting(status: NodeStatus): NodeStatus {
    if (status.liveness !== 'running' || this.failures > 0) return status
    return { ...status, ttlMs: Math.min(86_400_000, Math.max(status.ttlMs, this.#options.everyMs * 2.5)) }
  }
}

/** What a person would call news: all but figures and times. */
const stateOf = (status: NodeStatus): string => {
  const { liveness, livenessReason, health, healthReason, ready, version } = status
  const parts = status.components.map(({ name, status: state, reason }) => [name, state, reason])
  const open = status.sessions.map(({ nativeId, state }) => [nativeId, state])
  const life = [liveness, livenessReason, health, healthReason, ready, version]
  return JSON.stringify([life, parts, status.machine?.current ?? null, open])
}

const clocks = ['aliveMs', 'atMs', 'uptimeMs', 'native']

/** Everything it says but what moves by itself with the clock. */
const figuresOf = (status: NodeStatus): string =>
  JSON.stringify(status, (key, value: unknown) => (clocks.includes(key) ? undefined : value))

/** Is the list of sessions the whole list? An empty one may only mean that nobody was allowed to see it. */
const isListing = ({ liveness, sessions }: NodeStatus, documents: Documents): boolean => {
  const list = documents['/agents']
  const answered = list?.kind === 'document' && list.httpStatus === 200
  return liveness === 'running' && (sessions.length > 0 || answered)
}

const isUsable = (documents: Documents, { liveness }: NodeStatus): boolean =>
  liveness !== 'unreadable' &&
  Object.values(documents).some((each) => each?.kind === 'document' || each?.kind === 'absent')

const latest = (known: number | null, said: number | null): number | null =>
  known === null || said === null ? (said ?? known) : Math.max(known, said)
