import * as z from 'zod/mini'
import { Agent, AgentState } from './agents.ts'
import { endpoint } from './endpoint.ts'
import { Session, Tokens } from './sessions.ts'
import { AgentId, Count, Instant, MachineId, SessionId } from './values.ts'

/** Why a person is needed, most pressing first. */
export const AttentionKind = z.enum(['waiting', 'failing', 'looping', 'unreadable', 'stale'])
export type AttentionKind = z.infer<typeof AttentionKind>

/** One attention row: who, what, where, since when. The page turns it into a sentence. */
export const Attention = z.object({
  kind: AttentionKind,
  agentId: AgentId,
  agentName: z.string(),
  runtime: z.string(),
  machine: z.object({ id: MachineId, name: z.string() }),
  sessionId: z.nullable(SessionId),
  nativeId: z.nullable(z.string()),
  project: z.nullable(z.string()),
  /** `git push`, or the tool's name; null where unknown. */
  what: z.nullable(z.string()),
  reason: z.nullable(z.string()),
  count: z.nullable(z.int()),
  since: z.nullable(Instant),
})
export type Attention = z.infer<typeof Attention>

/** One tick of the roll. `staleAt`: when a browser must flip it by its own clock. */
export const Tick = z.object({
  id: AgentId,
  name: z.string(),
  state: AgentState,
  staleAt: z.nullable(Instant),
})

export const Fleet = z.object({
  now: Instant,
  workspace: z.object({ id: z.string(), name: z.string(), kind: z.enum(['real', 'demo']) }),
  agentCount: z.int(),
  counts: z.object({
    waiting: z.int(),
    failing: z.int(),
    unreadable: z.int(),
    working: z.int(),
    idle: z.int(),
    stale: z.int(),
    stopped: z.int(),
  }),
  /** Sessions that wait, which may be more than agents that wait. */
  waitingSessions: z.int(),
  oldestWaitingSince: z.nullable(Instant),
  /** At most five, most pressing first; `attentionCount` says how many there are. */
  attention: z.array(Attention),
  attentionCount: z.int(),
  roll: z.array(
    z.object({
      machine: z.object({ id: MachineId, name: z.string(), reporting: z.boolean() }),
      agents: z.array(Tick),
    }),
  ),
  coverage: z.object({ reporting: z.int(), known: z.int() }),
  /** Sums over sessions active within `windowMs`. */
  totals: z.object({
    windowMs: z.int(),
    sessions: z.int(),
    tokens: Tokens,
    costMicroUsd: Count,
    denials: Count,
  }),
})
export type Fleet = z.infer<typeof Fleet>

/** Data of a `change` event on the stream: the rows as they stand now. The event id is the journal position. */
export const Change = z.object({
  now: Instant,
  agents: z.array(Agent),
  sessions: z.array(Session),
  /** Machine ids whose own report changed. */
  machines: z.array(MachineId),
})
export type Change = z.infer<typeof Change>

export const fleet = {
  getFleet: endpoint({
    method: 'GET',
    path: '/v1/fleet',
    scope: 'fleet:read',
    summary: 'The fleet at a glance: who needs a person, the roll, totals, coverage',
    reply: 'json',
    response: Fleet,
  }),
  streamChanges: endpoint({
    method: 'GET',
    path: '/v1/stream',
    scope: 'fleet:read',
    summary:
      'Live changes (SSE), resumable by Last-Event-ID: hello, change, reset; a slow reader is dropped and resumes',
    reply: 'sse',
  }),
}
