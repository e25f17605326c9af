import type { SessionReport } from '@watchbill/contract/sessions'
import { sessionIdOf } from './ids.ts'
import { label } from './row.ts'
import type { LiveSession, SessionFacts } from './runtime.ts'

/** What the daemon knows beside the rows. */
export interface ReportContext {
  /** `agt_…` the session belongs to; session ids are derived from it. */
  readonly agentId: string
  readonly nowMs: number
  /** Nobody saw it work: no row came since the daemon first looked at its files. Stays true until one does. */
  readonly firstSight: boolean
  /** Its row in the runtime's own list of live processes; for a sub-agent, its parent's. */
  readonly live: LiveSession | null
  /**
   * Absence means something: the list was read just now and this session stood in it earlier,
   * or no process of the runtime runs at all. Then `live: null` says that its process is gone.
   */
  readonly processKnown: boolean
}

type State = SessionReport['state']

/** `working` without a process to vouch for it turns stale this long after the last activity (reference §4.4). */
const staleAfterMs = 10 * 60_000
/** A session without a process list and without a word for this long is taken to be over. */
const abandonedAfterMs = 24 * 60 * 60_000

interface StateRow {
  readonly when: string
  readonly holds: (facts: SessionFacts, context: ReportContext, quietMs: number) => boolean
  readonly state: State
  readonly source: SessionReport['stateSource']
  readonly staleAfterMs: number | null
}

const row = (
  when: string,
  state: State,
  source: StateRow['source'],
  holds: StateRow['holds'],
  stale: number | null = null,
): StateRow => ({ when, holds, state, source, staleAfterMs: stale })

/** A process speaks for its own session; of a sub-agent inside it, it says nothing. */
const says = (kind: SessionFacts['kind'], live: LiveSession | null, status: LiveSession['status']) =>
  kind === 'main' && live?.status === status

/** The first row that holds decides. A live process beats the rows, the rows beat their age. */
export const stateTable: readonly StateRow[] = [
  row('its process says it waits', 'waiting', 'reported', ({ kind }, { live }) =>
    says(kind, live, 'waiting'),
  ),
  row('its process says it works', 'working', 'reported', ({ kind }, { live }) =>
    says(kind, live, 'working'),
  ),
  row('its process says it is idle', 'idle', 'reported', ({ kind }, { live }) => says(kind, live, 'idle')),
  row('the rows say it ended', 'ended', 'observed', ({ phase }) => phase === 'ended'),
  row(
    'its process is gone',
    'ended',
    'observed',
    (_, { processKnown, live }) => processKnown && live === null,
  ),
  row(
    'a sub-agent at work in a live process',
    'working',
    'observed',
    ({ phase }, { live }) => live !== null && phase === 'working',
  ),
  row(
    'quiet at first sight',
    'ended',
    'inferred',
    (_, seen, quietMs) => seen.firstSight && quietMs >= staleAfterMs,
  ),
  row('quiet for a day', 'ended', 'inferred', (_facts, _seen, quietMs) => quietMs >= abandonedAfterMs),
  row('the rows say it works', 'working', 'observed', ({ phase }) => phase === 'working', staleAfterMs),
  row('the rows say it is idle', 'idle', 'observed', () => true),
]

/** Claude Code's `waitingFor` (reference §1.4) in our three kinds. */
const waitingKinds: Record<string, 'permission' | 'input'> = {
  'permission prompt': 'permission',
  'sandbox request': 'permission',
  'worker request': 'permission',
  'input needed': 'input',
  'dialog open': 'input',
}

const kindOf = (words: string | null) =>
  words !== null && Object.hasOwn(waitingKinds, words) ? (waitingKinds[words] ?? 'other') : 'other'

/** Never later than now: a row's time is foreign data, and a session cannot be active in the future. */
const instant = (ms: number | null, nowMs: number) =>
  ms === null ? null : new Date(Math.min(Math.max(0, ms), nowMs)).toISOString()

/** `owner/name`, else the folder's own name; never a path. */
const projectOf = ({ repository, cwd }: SessionFacts): string | null =>
  label(repository, 200) ??
  label(
    (cwd ?? '').split(/[/\\]+/).findLast((part) => part !== '' && !/^[A-Za-z]:$/.test(part)),
    200,
  )

const waitingOf = (facts: SessionFacts, { live, nowMs }: ReportContext): SessionReport['waiting'] => {
  const kind = kindOf(live?.waitingFor ?? null)
  const asked = kind === 'input' ? null : facts.tool
  const since = asked?.sinceMs ?? live?.sinceMs ?? facts.lastActivityMs ?? nowMs
  return {
    kind,
    detail: label(live?.waitingFor, 200),
    tool: label(asked?.name, 120),
    request: label(asked?.request, 200),
    since: instant(since, nowMs) ?? new Date(nowMs).toISOString(),
  }
}

const sinceOf = (decided: StateRow, facts: SessionFacts, { live }: ReportContext): number | null => {
  if (decided.state === facts.phase) return facts.phaseSinceMs
  return decided.state === 'ended' ? facts.lastActivityMs : (live?.sinceMs ?? facts.lastActivityMs)
}

/** The counts and words of a session that do not depend on its state. */
const wordsOf = (facts: SessionFacts) => ({
  model: label(facts.model, 120),
  version: label(facts.version, 60),
  entrypoint: label(facts.entrypoint, 60),
  permissionMode: label(facts.permissionMode, 60),
  project: projectOf(facts),
  branch: label(facts.branch, 200),
  tokens: facts.tokens,
  costMicroUsd: facts.costMicroUsd,
  costSource: facts.costMicroUsd === null ? null : ('reported' as const),
  turns: facts.turns,
  toolCalls: facts.toolCalls,
  toolFailures: facts.toolFailures,
  denials: facts.denials,
  errors: facts.errors,
  subagents: facts.subagents,
})

/** What leaves the machine about one session: metadata only. Times by the machine's clock, never after `nowMs`. */
export const toSessionReport = (facts: SessionFacts, context: ReportContext): SessionReport => {
  const { nowMs, agentId } = context
  const quietMs = facts.lastActivityMs === null ? Infinity : nowMs - facts.lastActivityMs
  const decided = stateTable.find((candidate) => candidate.holds(facts, context, quietMs))
  if (decided === undefined) throw new Error('the last row of the state table holds for every session')
  const active = decided.state === 'working' || decided.state === 'waiting'
  const waiting = decided.state === 'waiting' ? waitingOf(facts, context) : null
  const { tool, repeats } = facts
  return {
    id: sessionIdOf(agentId, facts.nativeId),
    nativeId: label(facts.nativeId, 200) ?? 'unknown',
    parentId: facts.parentNativeId === null ? null : sessionIdOf(agentId, facts.parentNativeId),
    kind: facts.kind,
    state: decided.state,
    stateSource: decided.source,
    stateSince: waiting?.since ?? instant(sinceOf(decided, facts, context), nowMs),
    waiting,
    tool:
      active && tool !== null
        ? {
            name: label(tool.name, 120) ?? 'tool',
            request: label(tool.request, 200),
            since: instant(tool.sinceMs, nowMs),
          }
        : null,
    ...wordsOf(facts),
    startedAt: instant(facts.startedMs, nowMs),
    lastActivityAt: instant(facts.lastActivityMs, nowMs),
    staleAfterMs: decided.staleAfterMs,
    repeats:
      active && repeats !== null
        ? {
            tool: label(repeats.tool, 120) ?? 'tool',
            request: label(repeats.request, 200),
            count: repeats.count,
          }
        : null,
  }
}
