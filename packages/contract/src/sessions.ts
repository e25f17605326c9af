import * as z from 'zod/mini'
import { endpoint } from './endpoint.ts'
import {
  AgentId,
  Count,
  Cursor,
  Instant,
  integerText,
  listOf,
  MachineId,
  SessionId,
  Source,
  text,
} from './values.ts'

/** DESIGN "Session state". `stale` is derived from age by the server and never reported. */
export const sessionStates = ['waiting', 'working', 'idle', 'stale', 'ended'] as const
export const SessionState = z.enum(sessionStates)
export type SessionState = z.infer<typeof SessionState>

/** Five disjoint numbers; their sum is the total. Null where the runtime does not say (never 0). */
export const Tokens = z.strictObject({
  input: Count,
  cacheRead: Count,
  cacheWrite: Count,
  output: Count,
  reasoning: Count,
})
export type Tokens = z.infer<typeof Tokens>

/** A tool call: its name and, where the machine's payload level allows, program and subcommand (`git push`). */
export const ToolCall = z.strictObject({
  name: text(120),
  request: z.nullable(text(200)),
  since: z.nullable(Instant),
})
export type ToolCall = z.infer<typeof ToolCall>

export const Waiting = z.strictObject({
  kind: z.enum(['permission', 'input', 'other']),
  /** The runtime's own words, `permission prompt`. */
  detail: z.nullable(text(200)),
  tool: z.nullable(text(120)),
  request: z.nullable(text(200)),
  since: Instant,
})
export type Waiting = z.infer<typeof Waiting>

/** One run or conversation as its daemon sees it. Metadata only: no prompt, no answer, no file content. */
export const SessionReport = z.strictObject({
  id: SessionId,
  /** The runtime's own id, for its resume command. */
  nativeId: text(200).check(z.minLength(1)),
  parentId: z._default(z.nullable(SessionId), null),
  kind: z._default(z.enum(['main', 'subagent']), 'main'),
  state: z.enum(['waiting', 'working', 'idle', 'ended']),
  stateSource: Source,
  stateSince: z.nullable(Instant),
  waiting: z._default(z.nullable(Waiting), null),
  tool: z._default(z.nullable(ToolCall), null),
  model: z._default(z.nullable(text(120)), null),
  version: z._default(z.nullable(text(60)), null),
  entrypoint: z._default(z.nullable(text(60)), null),
  permissionMode: z._default(z.nullable(text(60)), null),
  /** Last part of the working folder, or `owner/name` of its repository; never a whole path. */
  project: z._default(z.nullable(text(200)), null),
  branch: z._default(z.nullable(text(200)), null),
  startedAt: z.nullable(Instant),
  lastActivityAt: z.nullable(Instant),
  /** `working` without news turns stale this long after the last activity; null while a live process vouches for it. */
  staleAfterMs: z._default(z.nullable(z.int().check(z.minimum(1000), z.maximum(604_800_000))), null),
  tokens: Tokens,
  costMicroUsd: z._default(Count, null),
  costSource: z._default(z.nullable(z.enum(['reported', 'estimated'])), null),
  turns: z._default(Count, null),
  toolCalls: z._default(Count, null),
  toolFailures: z._default(Count, null),
  denials: z._default(Count, null),
  errors: z._default(Count, null),
  subagents: z._default(Count, null),
  /** The same tool call with the same input, over and over, up to now. */
  repeats: z._default(
    z.nullable(
      z.strictObject({ tool: text(120), request: z.nullable(text(200)), count: z.int().check(z.minimum(2)) }),
    ),
    null,
  ),
})
export type SessionReport = z.infer<typeof SessionReport>

/** A session as the API shows it: what was reported, the state that follows from it now, and when that will flip. */
export const Session = z.object({
  ...SessionReport.shape,
  agent: z.object({ id: AgentId, name: z.string(), runtime: z.string() }),
  machine: z.object({ id: MachineId, name: z.string() }),
  state: SessionState,
  /** The state before age was taken into account. */
  reportedState: SessionState,
  observedAt: Instant,
  staleAt: z.nullable(Instant),
})
export type Session = z.infer<typeof Session>

export const sessionSorts = ['attention', 'activity', 'started', 'tokens', 'cost'] as const
export const SessionsQuery = z.strictObject({
  agent: z.optional(AgentId),
  machine: z.optional(MachineId),
  runtime: z.optional(text(200)),
  state: z.optional(listOf(sessionStates)),
  /** Case-insensitive part of project, branch, model, agent or native id. */
  q: z.optional(text(200)),
  sort: z.optional(z.enum(sessionSorts)),
  limit: z.optional(integerText(1, 500)),
  cursor: z.optional(Cursor),
})
export type SessionsQuery = z.infer<typeof SessionsQuery>

export const sessions = {
  listSessions: endpoint({
    method: 'GET',
    path: '/v1/sessions',
    scope: 'fleet:read',
    summary: 'Sessions: filter, sort, keyset pages, ETag',
    query: SessionsQuery,
    reply: 'json',
    response: z.object({
      sessions: z.array(Session),
      nextCursor: z.nullable(z.string()),
      total: z.int(),
      now: Instant,
    }),
  }),
  getSession: endpoint({
    method: 'GET',
    path: '/v1/sessions/:id',
    scope: 'fleet:read',
    summary: 'One session',
    params: z.strictObject({ id: SessionId }),
    reply: 'json',
    response: z.object({ session: Session, now: Instant }),
  }),
}
