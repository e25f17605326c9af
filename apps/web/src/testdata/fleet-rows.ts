import type { Agent } from '@watchbill/contract/agents'
import type { Attention, Fleet } from '@watchbill/contract/fleet'
import type { Session } from '@watchbill/contract/sessions'

export const now = Date.parse('2026-11-20T10:00:00.000Z')
export const ago = (ms: number) => new Date(now - ms).toISOString()
export const minute = 60_000

const unknown = { input: null, cacheRead: null, cacheWrite: null, output: null, reasoning: null }
const none = { waiting: 0, failing: 0, unreadable: 0, working: 0, idle: 0, stale: 0, stopped: 0 }

/** An id of the right shape from a small number. */
export const idOf = (prefix: string, place: number) =>
  `${prefix}_01a1f848-b543-7e91-9e5e-${place.toString(16).padStart(12, '0')}`

type Tick = Fleet['roll'][number]['agents'][number]

export const tick = (place: number, state: Tick['state'], staleAt: string | null = null): Tick => ({
  id: idOf('agt', place),
  name: `agent-${place}`,
  state,
  staleAt,
})

/** A fleet from its roll: one array of ticks per machine. */
export function fleetOf(roll: readonly (readonly Tick[])[], more: Partial<Fleet> = {}): Fleet {
  const ticks = roll.flat()
  const counts = { ...none }
  for (const one of ticks) counts[one.state] += 1
  return {
    now: ago(0),
    workspace: { id: 'default', name: 'default', kind: 'real' },
    agentCount: ticks.length,
    counts,
    waitingSessions: counts.waiting,
    oldestWaitingSince: null,
    attention: [],
    attentionCount: 0,
    roll: roll.map((agents, place) => ({
      machine: { id: idOf('mch', place), name: `machine-${place}`, reporting: true },
      agents: [...agents],
    })),
    coverage: { reporting: roll.length, known: roll.length },
    totals: { windowMs: 86_400_000, sessions: 0, tokens: unknown, costMicroUsd: null, denials: null },
    ...more,
  }
}

export const attention = (more: Partial<Attention>): Attention => ({
  kind: 'waiting',
  agentId: idOf('agt', 1),
  agentName: 'claude-code',
  runtime: 'claude-code',
  machine: { id: idOf('mch', 1), name: 'atlas' },
  sessionId: idOf('ses', 1),
  nativeId: 'n1',
  project: 'acme/api',
  what: 'git push',
  reason: null,
  count: null,
  since: ago(4 * minute),
  ...more,
})

export const session = (place: number, more: Partial<Session> = {}): Session => ({
  id: idOf('ses', place),
  nativeId: `n${place}`,
  parentId: null,
  kind: 'main',
  state: 'idle',
  reportedState: 'idle',
  stateSource: 'observed',
  stateSince: ago(minute),
  waiting: null,
  tool: null,
  model: null,
  version: null,
  entrypoint: null,
  permissionMode: null,
  project: 'acme/api',
  branch: null,
  startedAt: null,
  lastActivityAt: null,
  staleAfterMs: null,
  tokens: unknown,
  costMicroUsd: null,
  costSource: null,
  turns: null,
  toolCalls: null,
  toolFailures: null,
  denials: null,
  errors: null,
  subagents: null,
  repeats: null,
  agent: { id: idOf('agt', 1), name: 'claude-code', runtime: 'claude-code' },
  machine: { id: idOf('mch', 1), name: 'atlas' },
  observedAt: ago(0),
  staleAt: null,
  ...more,
})

export const agent = (place: number, more: Partial<Agent> = {}): Agent => ({
  id: idOf('agt', place),
  machine: { id: idOf('mch', 1), name: 'atlas' },
  runtime: 'claude-code',
  name: `agent-${place}`,
  owner: null,
  version: null,
  state: 'idle',
  liveness: 'running',
  livenessReason: null,
  health: 'unknown',
  healthReason: null,
  source: 'observed',
  observedAt: ago(0),
  reportedAt: ago(0),
  receivedAt: ago(0),
  staleAt: null,
  skewMs: null,
  sessionCounts: { waiting: 0, working: 0, idle: 0, stale: 0, ended: 0 },
  lead: null,
  tokens: unknown,
  costMicroUsd: null,
  denials: null,
  ...more,
})
