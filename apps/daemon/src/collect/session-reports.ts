import { SessionReport } from '@watchbill/contract/sessions'
import { type LiveSession, type SessionFacts, toSessionReport } from '@watchbill/runtimes'
import type { LiveEntry, LiveList } from './live.ts'

/** A file that grew this much later than its newest row says is active now, whatever the row says. */
const rowLagMs = 60_000

export interface ReportSurroundings {
  readonly agentId: string
  readonly nowMs: number
  readonly live: LiveList
  /** When each session's files last grew while watched, ms. */
  readonly grown: ReadonlyMap<string, number>
  /** Sessions reported as not ended before. */
  readonly seenOpen: ReadonlySet<string>
  /** SECURITY "Payload levels". */
  readonly payload: 'none' | 'request'
}

/** What leaves the machine about one session, or null when it is nobody's conversation or does not fit the contract. */
export const reportOf = (facts: SessionFacts, around: ReportSurroundings): SessionReport | null => {
  const entry = around.live.entries.get(facts.nativeId) ?? null
  if (!facts.hasPrompt && entry === null) return null
  const parentId = facts.parentNativeId
  const live = entry ?? (parentId === null ? null : childOf(facts, around.live.entries.get(parentId)))
  const report = toSessionReport(withGrowth(facts, around.grown.get(facts.nativeId)), {
    agentId: around.agentId,
    nowMs: around.nowMs,
    firstSight: !around.seenOpen.has(facts.nativeId) && !around.grown.has(facts.nativeId),
    live: live?.session ?? null,
    processKnown:
      around.live.gone.has(facts.nativeId) || (parentId !== null && around.live.gone.has(parentId)),
  })
  const sourced =
    live?.source === 'observed' && report.state !== 'ended' ? { ...report, stateSource: live.source } : report
  const parsed = SessionReport.safeParse(around.payload === 'none' ? withoutRequests(sourced) : sourced)
  return parsed.success ? parsed.data : null
}

/** Facts of a live session whose file does not exist yet. */
export const bareFacts = (session: LiveSession): SessionFacts => ({
  nativeId: session.nativeId,
  parentNativeId: null,
  kind: 'main',
  phase: 'idle',
  phaseSinceMs: session.sinceMs,
  startedMs: null,
  lastActivityMs: session.sinceMs,
  model: null,
  version: null,
  entrypoint: null,
  permissionMode: null,
  cwd: null,
  repository: null,
  branch: null,
  tool: null,
  tokens: { input: null, cacheRead: null, cacheWrite: null, output: null, reasoning: null },
  costMicroUsd: null,
  turns: 0,
  toolCalls: 0,
  toolFailures: 0,
  denials: 0,
  errors: 0,
  subagents: 0,
  repeats: null,
  hasPrompt: true,
})

/** A sub-agent lives in its parent's process. */
const childOf = (facts: SessionFacts, parent: LiveEntry | undefined): LiveEntry | null =>
  parent === undefined || facts.phase !== 'working'
    ? null
    : {
        session: { ...parent.session, nativeId: facts.nativeId, status: 'working', waitingFor: null },
        source: 'observed',
      }

const withGrowth = (facts: SessionFacts, grewMs: number | undefined): SessionFacts =>
  grewMs === undefined || grewMs - (facts.lastActivityMs ?? 0) <= rowLagMs
    ? facts
    : { ...facts, lastActivityMs: grewMs }

const withoutRequests = (report: SessionReport): SessionReport => ({
  ...report,
  tool: report.tool === null ? null : { ...report.tool, request: null },
  waiting: report.waiting === null ? null : { ...report.waiting, request: null },
  repeats: report.repeats === null ? null : { ...report.repeats, request: null },
})
