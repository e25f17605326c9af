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

const runtime = 'vak'

const positive = z.number().check(z.minimum(0))
const count = z.int().check(z.minimum(0))
const Status = z.enum(['healthy', 'degraded', 'unhealthy'])

const health = z.object({
  status: Status,
  components: z.record(
    z.string(),
    z.object({
      status: Status,
      message: z.optional(z.nullable(z.string())),
      last_check: z.optional(z.nullable(z.number())),
      response_time_ms: z.optional(z.nullable(z.number())),
    }),
  ),
  uptime_seconds: positive,
  version: z.string(),
  timestamp: z.optional(z.number()),
})
const live = z.object({ status: z.string(), uptime_seconds: positive })
const ready = z.object({
  status: z.enum(['ready', 'notready']),
  reason: z.optional(z.nullable(z.string())),
  not_ready_components: z.optional(z.array(z.string())),
})
const metrics = z.object({
  uptime_seconds: z.optional(z.nullable(positive)),
  counters: z.record(z.string(), count),
  // A gauge that is not a number is null in Rust's JSON.
  gauges: z.record(z.string(), z.nullable(z.number())),
  histograms: z.optional(z.record(z.string(), z.nullable(z.number()))),
})

/** Everything documented may leave; `message` and `reason` are the reasons a person asks for. A2A cards are not asked for. */
const keeps = {
  live: { status: true, uptime_seconds: true },
  health: {
    status: true,
    components: {
      '*': { name: true, status: true, message: true, last_check: true, response_time_ms: true },
    },
    uptime_seconds: true,
    version: true,
    timestamp: true,
  },
  ready: { status: true, reason: true, not_ready_components: [true], timestamp: true },
  metrics: {
    uptime_seconds: true,
    counters: { '*': true },
    gauges: { '*': true },
    histograms: { '*': true },
  },
} as const satisfies Record<string, Keep>

const parseStatus = (documents: Documents, context: NodeContext): NodeStatus => {
  const read = {
    '/live': readJson(documents, '/live', { schema: live }),
    '/health': readJson(documents, '/health', { schema: health, codes: [200, 503] }),
    '/ready': readJson(documents, '/ready', { schema: ready, codes: [200, 503] }),
    '/metrics.json': readJson(documents, '/metrics.json', { schema: metrics }),
    '/metrics': readExposition(documents, '/metrics'),
  }
  const bad = Object.values(read).find(({ kind }) => kind === 'bad')
  if (bad?.kind === 'bad') return unreadable(runtime, bad.reason)
  const { '/live': alive, '/health': said } = read
  if (alive.kind !== 'ok' && said.kind !== 'ok') {
    const reason = alive.kind === 'none' && alive.answered ? alive : said
    const words = reason.kind === 'none' ? reason.reason : ''
    return answered(alive) || answered(said)
      ? unreadable(runtime, words)
      : outOfReach(runtime, words, context)
  }
  return described(read, context.nowMs)
}

const answered = (read: Read<unknown>): boolean => read.kind === 'none' && read.answered

interface Readings {
  readonly '/live': Read<z.infer<typeof live>>
  readonly '/health': Read<z.infer<typeof health>>
  readonly '/ready': Read<z.infer<typeof ready>>
  readonly '/metrics.json': Read<z.infer<typeof metrics>>
  readonly '/metrics': ReturnType<typeof readExposition>
}

const described = (read: Readings, nowMs: number): NodeStatus => {
  const { '/health': said, '/live': alive, '/ready': readiness, '/metrics.json': figures } = read
  const components = said.kind === 'ok' ? componentsOf(said.value.components) : []
  const uptime =
    said.kind === 'ok' ? said.value.uptime_seconds : alive.kind === 'ok' ? alive.value.uptime_seconds : null
  const gauges = figures.kind === 'ok' ? figures.value.gauges : totalsOf(read['/metrics'])
  return {
    ...blankStatus(runtime),
    liveness: 'running',
    aliveMs: nowMs,
    health: said.kind === 'ok' ? said.value.status : 'unknown',
    healthReason: said.kind === 'ok' && said.value.status !== 'healthy' ? worstOf(components) : null,
    ready:
      readiness.kind === 'ok' ? readiness.value.status === 'ready' && readiness.httpStatus !== 503 : null,
    version: said.kind === 'ok' ? label(said.value.version, 60) : null,
    uptimeMs: uptime === null ? null : Math.round(uptime * 1000),
    memoryBytes: wholeAt(gauges, 'memory_usage_bytes'),
    components,
    readings: readingsOf(read, gauges, nowMs),
    native: nativeOf(read),
  }
}

const componentsOf = (map: z.infer<typeof health>['components']): NodeComponent[] =>
  Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, 64)
    .map(([name, { status, message }]) => ({
      name: label(name, 80) ?? 'component',
      status,
      reason: words(message),
    }))

const totalsOf = (read: Readings['/metrics']): Readonly<Record<string, number | null>> =>
  read.kind === 'ok' ? sampleTotals(read.samples, 'vak_') : {}

const wholeAt = (figures: Readonly<Record<string, number | null>>, name: string): number | null => {
  const value = Object.hasOwn(figures, name) ? figures[name] : undefined
  return typeof value === 'number' && value >= 0 && value <= 1e15 ? Math.round(value) : null
}

const shownGauges = ['active_agents', 'active_sessions', 'skills_loaded', 'audit_log_size'] as const
const shownCounters = [
  'policy_evaluations_total',
  'policy_evaluations_denied',
  'audit_entries_total',
  'tool_executions_total',
  'tool_executions_failure',
  'wasm_executions_total',
] as const

const readingsOf = (
  read: Readings,
  gauges: Readonly<Record<string, number | null>>,
  nowMs: number,
): NodeReading[] => {
  const { '/metrics.json': figures, '/ready': readiness } = read
  const counters = figures.kind === 'ok' ? figures.value.counters : totalsOf(read['/metrics'])
  const reason = readiness.kind === 'ok' ? words(readiness.value.reason) : null
  return [
    ...(reason === null ? [] : [reading(nowMs, 'not ready because', reason)]),
    ...[
      ...shownGauges.map((name) => [name, gauges] as const),
      ...shownCounters.map((name) => [name, counters] as const),
    ]
      .map(([name, from]) => [name, wholeAt(from, name)] as const)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => reading(nowMs, name.replaceAll('_', ' '), value)),
  ]
}

const nativeOf = (read: Readings): NodeStatus['native'] => ({
  mediaType: 'application/json',
  text: nativeText([
    { name: '/live', read: read['/live'], keep: keeps.live },
    { name: '/health', read: read['/health'], keep: keeps.health },
    { name: '/ready', read: read['/ready'], keep: keeps.ready },
    { name: '/metrics.json', read: read['/metrics.json'], keep: keeps.metrics },
  ]),
})

/** VAK has no listener of its own: the embedding program serves these routes, by its manifests on port 8080. */
export const vak: NodeFormat = {
  runtime,
  name: 'VAK',
  documents: ['/live', '/health', '/ready', '/metrics.json', '/metrics'],
  parseStatus,
}
