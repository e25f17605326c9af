import * as z from 'zod/mini'
import type { NodeSession } from '../node-status.ts'
import { instantAt, label } from '../row.ts'

/** RFC 3339 with up to nanoseconds. */
const Time = z.string().check(z.refine((value) => instantOf(value) !== null, 'must be an RFC 3339 time'))
const instantOf = (value: string | null | undefined): number | null => instantAt({ value }, 'value')

const failed = z.strictObject({ error: z.string(), occurred_at: Time })

/** An externally tagged enum: a plain word, or one key whose value holds the variant's fields. */
const AgentStatus = z.union([
  z.enum(['initializing', 'ready']),
  z.strictObject({ processing: z.strictObject({ current_task: z.string(), started_at: Time }) }),
  z.strictObject({
    waiting_for_tools: z.strictObject({ pending_tools: z.array(z.string()), started_at: Time }),
  }),
  z.strictObject({ completed: z.strictObject({ completed_at: Time }) }),
  z.strictObject({ recoverable_error: failed }),
  z.strictObject({ fatal_error: failed }),
  z.strictObject({
    error: z.strictObject({ error: z.string(), occurred_at: Time, recoverable: z.boolean() }),
  }),
  z.strictObject({ paused: z.strictObject({ reason: z.string(), paused_at: Time }) }),
  z.strictObject({ stopped: z.strictObject({ reason: z.string(), stopped_at: Time }) }),
])
type AgentStatus = z.infer<typeof AgentStatus>

const Agent = z.object({
  agent_id: z.string().check(z.minLength(1)),
  agent_type: z.string(),
  status: AgentStatus,
  created_at: Time,
  last_activity: z.nullable(Time),
})

/** `GET /agents`. A total that does not match its list is a lie about one of the two. */
export const AgentList = z.object({ agents: z.array(Agent), total: z.int().check(z.minimum(0)) }).check(
  z.refine(({ agents, total }) => agents.length === total, {
    path: ['total'],
    error: 'must be the number of agents listed',
  }),
)
export type AgentList = z.infer<typeof AgentList>

/** Agents as sessions. Handlers today always say `ready`, so a session's activity comes from `last_activity`. */
export const agentSessions = ({ agents }: AgentList): NodeSession[] => {
  const sessions = new Map<string, NodeSession>()
  for (const { agent_id, agent_type, status, created_at, last_activity } of agents) {
    const nativeId = label(agent_id, 200)
    if (nativeId === null || sessions.has(nativeId)) continue
    sessions.set(nativeId, {
      nativeId,
      source: 'reported',
      staleAfterMs: null,
      startedMs: instantOf(created_at),
      lastActivityMs: instantOf(last_activity),
      entrypoint: label(agent_type, 60),
      permissionMode: null,
      toolCalls: null,
      ...stateOf(status),
    })
  }
  return [...sessions.values()]
}

type State = Pick<NodeSession, 'state' | 'sinceMs' | 'tool' | 'errors'>

const state = (name: NodeSession['state'], since: string | null, more: Partial<State> = {}): State => ({
  state: name,
  sinceMs: instantOf(since),
  tool: null,
  errors: null,
  ...more,
})

/** The texts in a status (task, error, reason) are content and stay on the machine. */
const stateOf = (status: AgentStatus): State => {
  if (typeof status === 'string') return state('idle', null)
  if ('processing' in status) return state('working', status.processing.started_at)
  if ('waiting_for_tools' in status) {
    const { pending_tools, started_at } = status.waiting_for_tools
    return state('working', started_at, { tool: label(pending_tools[0], 120) })
  }
  if ('completed' in status) return state('ended', status.completed.completed_at)
  if ('recoverable_error' in status) {
    return state('idle', status.recoverable_error.occurred_at, { errors: 1 })
  }
  if ('fatal_error' in status) return state('ended', status.fatal_error.occurred_at, { errors: 1 })
  if ('error' in status) {
    return state(status.error.recoverable ? 'idle' : 'ended', status.error.occurred_at, { errors: 1 })
  }
  if ('paused' in status) return state('idle', status.paused.paused_at)
  return state('ended', status.stopped.stopped_at)
}
