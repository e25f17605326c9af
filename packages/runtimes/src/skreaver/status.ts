import type { Health } from '@watchbill/contract/agents'
import * as z from 'zod/mini'
import { type Read, readJson } from '../document.ts'
import { readExposition, sampleTotals } from '../metrics.ts'
import { type Keep, nativeText } from '../native-text.ts'
import type {
  Documents,
  NodeComponent,
  NodeContext,
  NodeFormat,
  NodeReading,
  NodeStatus,
} from '../node-status.ts'
import { label } from '../row.ts'
import { blankStatus, outOfReach, reading, unreadable, words } from '../standing.ts'
import { worstOf } from '../worst.ts'
import { AgentList, agentSessions } from './agents.ts'

const runtime = 'skreaver'
const mebibyte = 1_048_576

const count = z.int().check(z.minimum(0))
const health = z.object({
  status: z.enum(['healthy', 'degraded', 'unhealthy']),
  service: z.string(),
  timestamp: z.string(),
  version: z.string(),
  uptime_seconds: count,
  memory_mb: z.number().check(z.minimum(0)),
})

const reasoned = z.strictObject({ reason: z.string() })
/** `"Healthy"`, `{"Degraded":{"reason":…}}` or `{"Unhealthy":{"reason":…}}`: capitalised, unlike /health. */
const Standing = z.union([
  z.literal('Healthy'),
  z.strictObject({ Degraded: reasoned }),
  z.strictObject({ Unhealthy: reasoned }),
])
type Standing = z.infer<typeof Standing>

const ready = z.object({
  status: Standing,
  components: z.record(
    z.string(),
    z.object({ status: Standing, metadata: z.optional(z.record(z.string(), z.string())) }),
  ),
  timestamp: z.string(),
  uptime_seconds: count,
})
type Ready = z.infer<typeof ready>

const queue = z.object({
  queue_size: count,
  active_requests: count,
  total_processed: count,
  total_timeouts: count,
  total_rejections: count,
  avg_processing_time_ms: z.nullable(z.number()),
  load_factor: z.nullable(z.number()),
})

const standing: Keep = { Degraded: { reason: true }, Unhealthy: { reason: true } }
/**
 * What may leave the machine. Left behind: an agent's `current_task`, `error` and stop reasons (they hold what people and
 * models wrote), which the status variants carry, and every undocumented field.
 */
const keeps = {
  health: {
    status: true,
    service: true,
    timestamp: true,
    version: true,
    uptime_seconds: true,
    memory_mb: true,
  },
  ready: {
    status: standing,
    components: {
      '*': {
        name: true,
        status: standing,
        last_check: true,
        response_time_ms: true,
        metadata: {
          response_time_ms: true,
          status: true,
          fs_paths_configured: true,
          http_domains_allowed: true,
          max_memory_mb: true,
          backend: true,
          feature: true,
          memory_mb: true,
          uptime_seconds: true,
        },
      },
    },
    timestamp: true,
    uptime_seconds: true,
  },
  agents: {
    agents: [
      {
        agent_id: true,
        agent_type: true,
        status: {
          processing: { started_at: true },
          waiting_for_tools: { pending_tools: [true], started_at: true },
          completed: { completed_at: true },
          recoverable_error: { occurred_at: true },
          fatal_error: { occurred_at: true },
          error: { occurred_at: true, recoverable: true },
          paused: { paused_at: true },
          stopped: { stopped_at: true },
        },
        created_at: true,
        last_activity: true,
      },
    ],
    total: true,
  },
  queue: {
    agent_id: true,
    queue_size: true,
    active_requests: true,
    total_processed: true,
    total_timeouts: true,
    total_rejections: true,
    avg_processing_time_ms: true,
    load_factor: true,
    timestamp: true,
  },
} as const satisfies Record<string, Keep>

const readAll = (documents: Documents) => ({
  health: readJson(documents, '/health', { schema: health }),
  // 503 for degraded as well (reference §3.1).
  ready: readJson(documents, '/ready', { schema: ready, codes: [200, 503] }),
  agents: readJson(documents, '/agents', { schema: AgentList }),
  queue: readJson(documents, '/queue/metrics', { schema: queue }),
  metrics: readExposition(documents, '/metrics'),
})
type All = ReturnType<typeof readAll>

const parseStatus = (documents: Documents, context: NodeContext): NodeStatus => {
  const all = readAll(documents)
  const bad = Object.values(all).find(({ kind }) => kind === 'bad')
  if (bad?.kind === 'bad') return unreadable(runtime, bad.reason)
  if (all.health.kind === 'ok' || all.ready.kind === 'ok') return described(all, context.nowMs)
  if (answered(all.health) || answered(all.ready)) return unreadable(runtime, wordsOf(all.health))
  return outOfReach(runtime, wordsOf(all.health), context)
}

const answered = (read: Read<unknown>): boolean => read.kind === 'none' && read.answered
const wordsOf = (read: Read<unknown>): string => (read.kind === 'none' ? read.reason : 'no answer')

const described = (all: All, nowMs: number): NodeStatus => {
  const said = all.health.kind === 'ok' ? all.health.value : null
  const state = all.ready.kind === 'ok' ? all.ready.value : null
  const components = state === null ? [] : componentsOf(state.components)
  const uptime = said?.uptime_seconds ?? state?.uptime_seconds ?? null
  return {
    ...blankStatus(runtime),
    liveness: 'running',
    aliveMs: nowMs,
    health: state === null ? (said?.status ?? 'unknown') : standingOf(state.status).health,
    // In our order: Skreaver joins its reasons in the random order of a map, which would be news at every look.
    healthReason: state === null ? null : (worstOf(components) ?? standingOf(state.status).reason),
    ready:
      all.ready.kind === 'ok' ? all.ready.httpStatus !== 503 && all.ready.value.status === 'Healthy' : null,
    version: label(said?.version, 60),
    uptimeMs: uptime === null ? null : uptime * 1000,
    // 0 stands for "no memory information".
    memoryBytes: said === null || said.memory_mb === 0 ? null : Math.round(said.memory_mb * mebibyte),
    memoryLimitBytes: limitOf(state),
    components,
    readings: readingsOf(all, nowMs),
    sessions: all.agents.kind === 'ok' ? agentSessions(all.agents.value) : [],
    native: nativeOf(all),
  }
}

const standingOf = (status: Standing): { health: Health; reason: string | null } => {
  if (status === 'Healthy') return { health: 'healthy', reason: null }
  if ('Degraded' in status) return { health: 'degraded', reason: words(status.Degraded.reason) }
  return { health: 'unhealthy', reason: words(status.Unhealthy.reason) }
}

const componentsOf = (map: Ready['components']): NodeComponent[] =>
  Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, 64)
    .map(([name, { status }]) => {
      const { health, reason } = standingOf(status)
      return { name: label(name, 80) ?? 'component', status: health, reason }
    })

const limitOf = (state: Ready | null): number | null => {
  const map = state?.components ?? {}
  const metadata = Object.hasOwn(map, 'security') ? map.security?.metadata : undefined
  const text =
    metadata !== undefined && Object.hasOwn(metadata, 'max_memory_mb') ? metadata.max_memory_mb : ''
  return /^\d{1,9}$/.test(text ?? '') && Number(text) > 0 ? Number(text) * mebibyte : null
}

const shownTotals = [
  'agent_sessions_active',
  'agent_errors_total',
  'tool_exec_total',
  'http_requests_in_flight',
  'security_policy_violations_total',
] as const

const readingsOf = ({ agents, queue, metrics }: All, nowMs: number): NodeReading[] => {
  const totals = metrics.kind === 'ok' ? sampleTotals(metrics.samples, 'skreaver_') : {}
  const figure = (name: string, value: number | null | undefined, unit: string | null = null) =>
    typeof value === 'number' && Number.isFinite(value) ? [reading(nowMs, name, value, unit)] : []
  const asked = queue.kind === 'ok' ? queue.value : null
  return [
    ...figure('agents', agents.kind === 'ok' ? agents.value.total : null),
    ...(agents.kind === 'none' && agents.answered
      ? [
          reading(nowMs, 'agents', null, null, 'observed'),
          reading(nowMs, 'not read', agents.reason, null, 'observed'),
        ]
      : []),
    ...figure('queue', asked?.queue_size),
    ...figure('active requests', asked?.active_requests),
    ...figure('rejections', asked?.total_rejections),
    ...figure('timeouts', asked?.total_timeouts),
    ...figure('load', asked?.load_factor),
    ...shownTotals.flatMap((name) =>
      figure(name.replaceAll('_', ' '), Object.hasOwn(totals, name) ? totals[name] : null),
    ),
  ]
}

const nativeOf = ({ health, ready, agents, queue }: All): NodeStatus['native'] => ({
  mediaType: 'application/json',
  text: nativeText([
    { name: '/health', read: health, keep: keeps.health },
    { name: '/ready', read: ready, keep: keeps.ready },
    { name: '/agents', read: agents, keep: keeps.agents },
    { name: '/queue/metrics', read: queue, keep: keeps.queue },
  ]),
})

/** `/agents` and `/queue/metrics` need a credential; without one they are not read, and that is said. */
export const skreaver: NodeFormat = {
  runtime,
  name: 'Skreaver',
  documents: ['/health', '/ready', '/metrics', '/agents', '/queue/metrics'],
  parseStatus,
}
