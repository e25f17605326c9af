import type { SessionReport } from '@watchbill/contract/sessions'
import type { SessionFacts } from '@watchbill/runtimes'
import type { Installation } from './installation.ts'
import type { LiveList } from './live.ts'
import { bareFacts, reportOf } from './session-reports.ts'

interface Said {
  /** The report as it was sent, to tell whether a newer one differs. */
  readonly text: string
  /** State and what it waits for: a difference here is news, not just figures. */
  readonly state: string
  readonly ended: boolean
}

/** One installation as an agent: what was said about its sessions, and so what is new. */
export class Installed {
  readonly id: string
  readonly installation: Installation
  /** Liveness and its reason as last said; null before the first snapshot. */
  said: string | null = null
  saidMs: number | null = null
  version: string | null = null
  readonly #payload: 'none' | 'request'
  readonly #sessions = new Map<string, Said>()
  readonly #seenOpen = new Set<string>()

  constructor(id: string, installation: Installation, payload: 'none' | 'request') {
    this.id = id
    this.installation = installation
    this.#payload = payload
  }

  get name(): string {
    const { format, isDefault, display } = this.installation
    return isDefault ? format.name : `${format.name} (${display})`.slice(0, 120)
  }

  /** No session was ever seen here: a folder, not an agent yet. */
  get isEmpty(): boolean {
    return this.#sessions.size === 0
  }

  /** Sessions that differ from what was said. Ended ones are looked at when their rows changed, or all when `whole`. */
  changes(live: LiveList, nowMs: number, whole: boolean): { sessions: SessionReport[]; moved: boolean } {
    const around = {
      agentId: this.id,
      nowMs,
      live,
      grown: this.installation.grown(),
      seenOpen: this.#seenOpen,
      payload: this.#payload,
    }
    const sessions: SessionReport[] = []
    let moved = false
    for (const facts of this.#candidates(live, whole)) {
      const report = reportOf(facts, around)
      if (report === null) continue
      const said = this.#sessions.get(facts.nativeId)
      const now = saying(report)
      if (said?.text === now.text) continue
      moved ||= said?.state !== now.state
      this.#sessions.set(facts.nativeId, now)
      if (!now.ended) this.#seenOpen.add(facts.nativeId)
      sessions.push(report)
    }
    return { sessions, moved }
  }

  #candidates(live: LiveList, whole: boolean): SessionFacts[] {
    const facts = this.installation.facts()
    const touched = this.installation.takeTouched()
    const known = new Set(facts.map(({ nativeId }) => nativeId))
    const fileless = [...live.entries.values()].filter(({ session }) => !known.has(session.nativeId))
    this.#noteVersion(facts)
    const wanted = facts.filter(({ nativeId }) => {
      const said = this.#sessions.get(nativeId)
      return whole || said === undefined || !said.ended || touched.has(nativeId) || live.entries.has(nativeId)
    })
    return [...wanted, ...fileless.map(({ session }) => bareFacts(session))]
  }

  #noteVersion(facts: readonly SessionFacts[]): void {
    let newestMs = Number.NEGATIVE_INFINITY
    for (const { version, lastActivityMs } of facts) {
      if (version === null || (lastActivityMs ?? 0) <= newestMs) continue
      newestMs = lastActivityMs ?? 0
      this.version = version.slice(0, 60)
    }
  }

  /** Running: a process lives or a session is open. Unreadable is never folded into stopped (DESIGN "Liveness"). */
  liveness(live: LiveList): { liveness: 'running' | 'stopped' | 'unreadable'; reason: string | null } {
    const { unreadable } = this.installation
    if (unreadable !== null) return { liveness: 'unreadable', reason: unreadable.slice(0, 300) }
    const open = [...this.#sessions.values()].some(({ ended }) => !ended)
    if (open || live.anyProcess) return { liveness: 'running', reason: null }
    return { liveness: 'stopped', reason: 'every session has ended' }
  }

  /** A snapshot could not be kept: everything is said again. */
  forget(): void {
    this.#sessions.clear()
    this.said = null
  }
}

const saying = (report: SessionReport): Said => ({
  text: JSON.stringify(report),
  state: `${report.state} ${report.waiting?.kind} ${report.waiting?.since}`,
  ended: report.state === 'ended',
})
