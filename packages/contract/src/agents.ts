import * as z from 'zod/mini'
import { endpoint } from './endpoint.ts'
import { Session, Tokens } from './sessions.ts'
import { AgentId, Count, Cursor, Instant, integerText, listOf, MachineId, Source, text } from './values.ts'

/** DESIGN "Liveness": unreadable is never folded into stopped; stale is derived, never reported. */
export const Liveness = z.enum(['running', 'stale', 'stopped', 'unreadable'])
export type Liveness = z.infer<typeof Liveness>
export const Health = z.enum(['healthy', 'degraded', 'unhealthy', 'unknown'])
export type Health = z.infer<typeof Health>

/** The one glyph an agent gets (LOOK "Status language"), most urgent first. Derived from liveness, health and sessions. */
export const agentStates = [
  'waiting',
  'failing',
  'unreadable',
  'working',
  'idle',
  'stale',
  'stopped',
] as const
export const AgentState = z.enum(agentStates)
export type AgentState = z.infer<typeof AgentState>

/** One shown value with its source and age. */
export const Reading = z.strictObject({
  name: text(80).check(z.minLength(1)),
  value: z.union([text(500), z.number(), z.boolean(), z.null()]),
  unit: z._default(z.nullable(text(20)), null),
  source: Source,
  at: Instant,
})
export type Reading = z.infer<typeof Reading>

/** A part of a runtime with the health it reports of it. */
export const Component = z.strictObject({
  name: text(80).check(z.minLength(1)),
  status: Health,
  reason: z._default(z.nullable(text(300)), null),
})
export type Component = z.infer<typeof Component>

/** Where a runtime that is a state machine stands; `states` in their usual order. */
export const MachineState = z
  .strictObject({
    states: z.array(text(40).check(z.minLength(1))).check(z.minLength(1), z.maxLength(32)),
    current: text(40),
    since: z._default(z.nullable(Instant), null),
  })
  .check(
    z.refine(({ states, current }) => states.includes(current), {
      path: ['current'],
      error: 'must be one of the states',
    }),
  )
export type MachineState = z.infer<typeof MachineState>

const nativeBytes = 64 * 1024
/** The runtime's own document, reduced on its machine to known fields that hold no content. Shown as text, never as markup. */
export const NativeDocument = z.strictObject({
  mediaType: z.enum(['application/json', 'text/plain']),
  /** At most 64 KiB of UTF-8. */
  text: text(nativeBytes).check(
    z.refine((value) => new TextEncoder().encode(value).length <= nativeBytes, 'must be at most 64 KiB'),
  ),
})
export type NativeDocument = z.infer<typeof NativeDocument>

export const Agent = z.object({
  id: AgentId,
  machine: z.object({ id: MachineId, name: z.string() }),
  runtime: z.string(),
  name: z.string(),
  owner: z.nullable(z.string()),
  version: z.nullable(z.string()),
  state: AgentState,
  liveness: Liveness,
  livenessReason: z.nullable(z.string()),
  health: Health,
  healthReason: z.nullable(z.string()),
  source: Source,
  /** By our clock, skew removed; `reportedAt` is the raw value. */
  observedAt: Instant,
  reportedAt: Instant,
  receivedAt: Instant,
  /** When `running` turns `stale` unless it speaks again; the browser flips by this. Null where age does not matter. */
  staleAt: z.nullable(Instant),
  /** Clock of the machine against ours, ms, when beyond 2 s; null when in step or unknown. */
  skewMs: z.nullable(z.int()),
  sessionCounts: z.object({
    waiting: z.int(),
    working: z.int(),
    idle: z.int(),
    stale: z.int(),
    ended: z.int(),
  }),
  /** The session that explains `state`: the longest-waiting one, else the last active one. */
  lead: z.nullable(Session),
  /** Sum over its sessions of the last 24 h. */
  tokens: Tokens,
  costMicroUsd: Count,
  denials: Count,
})
export type Agent = z.infer<typeof Agent>

/** An agent with everything it last reported. */
export const AgentDetail = z.object({
  ...Agent.shape,
  readings: z.array(Reading),
  components: z.array(Component),
  machineState: z.nullable(MachineState),
  native: z.nullable(NativeDocument),
  firstSeenAt: Instant,
})
export type AgentDetail = z.infer<typeof AgentDetail>

export const agentSorts = ['attention', 'name', 'machine', 'seen', 'tokens', 'cost'] as const
export const AgentsQuery = z.strictObject({
  state: z.optional(listOf(agentStates)),
  runtime: z.optional(text(200)),
  machine: z.optional(MachineId),
  /** Case-insensitive part of agent, machine, runtime or owner. */
  q: z.optional(text(200)),
  sort: z.optional(z.enum(agentSorts)),
  limit: z.optional(integerText(1, 500)),
  cursor: z.optional(Cursor),
})
export type AgentsQuery = z.infer<typeof AgentsQuery>

/** One step of the ribbon. `observed` false: nobody looked, so the state is unknown (hatched). */
export const HistoryBucket = z.object({
  at: Instant,
  observed: z.boolean(),
  state: z.nullable(AgentState),
  /** Snapshots in this step. */
  count: z.int(),
  waiting: Count,
  working: Count,
  tokens: Count,
})
export type HistoryBucket = z.infer<typeof HistoryBucket>

export const agents = {
  listAgents: endpoint({
    method: 'GET',
    path: '/v1/agents',
    scope: 'fleet:read',
    summary: 'Agents: filter, sort, keyset pages, ETag',
    query: AgentsQuery,
    reply: 'json',
    response: z.object({
      agents: z.array(Agent),
      nextCursor: z.nullable(z.string()),
      total: z.int(),
      now: Instant,
    }),
  }),
  getAgent: endpoint({
    method: 'GET',
    path: '/v1/agents/:id',
    scope: 'fleet:read',
    summary: 'One agent with every value it last reported, its source and age',
    params: z.strictObject({ id: AgentId }),
    reply: 'json',
    response: z.object({ agent: AgentDetail, now: Instant }),
  }),
  getAgentHistory: endpoint({
    method: 'GET',
    path: '/v1/agents/:id/history',
    scope: 'fleet:read',
    summary: 'What the agent reported over time, worst state per step, gaps said',
    params: z.strictObject({ id: AgentId }),
    query: z.strictObject({
      from: z.optional(Instant),
      to: z.optional(Instant),
      points: z.optional(integerText(1, 1000)),
    }),
    reply: 'json',
    response: z.object({ from: Instant, to: Instant, stepMs: z.int(), buckets: z.array(HistoryBucket) }),
  }),
}
