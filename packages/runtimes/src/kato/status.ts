import * as z from 'zod/mini'
import { readJson } from '../document.ts'
import { type Keep, nativeText } from '../native-text.ts'
import type { Documents, NodeContext, NodeFormat, NodeReading, NodeStatus } from '../node-status.ts'
import { countAt, instantAt, isRow, labelAt, type Row, rowAt, rowsAt, valueAt } from '../row.ts'
import { blankStatus, moment, outOfReach, reading, unreadable } from '../standing.ts'
import { katoSessions } from './sessions.ts'

const runtime = 'kato'
const file = 'status.json'
const heartbeatTtlMs = 30_000

const count = z.int().check(z.minimum(0))

/** What Kato's own validator checks, no more: `sessions`, `memory` and all times may be anything (reference §1.2). */
const schema = z.object({
  schemaVersion: z.literal(1),
  generatedAt: z.string(),
  heartbeatAt: z.string(),
  daemonRunning: z.boolean(),
  daemonPid: z.optional(z.int()),
  providers: z.array(z.object({ provider: z.string(), activeSessions: count })),
  recordings: z.object({ activeRecordings: count, destinations: count }),
})
type KatoStatus = z.infer<typeof schema>

/**
 * What may leave the machine. Left behind: `snippet` (a person's first message), `outputPath` and every field this
 * version of Kato does not document.
 */
const keep: Keep = {
  schemaVersion: true,
  generatedAt: true,
  heartbeatAt: true,
  daemonRunning: true,
  daemonPid: true,
  providers: [{ provider: true, activeSessions: true, lastMessageAt: true }],
  recordings: { activeRecordings: true, destinations: true },
  sessions: [
    {
      provider: true,
      sessionId: true,
      sessionShortId: true,
      providerSessionId: true,
      updatedAt: true,
      lastMessageAt: true,
      stale: true,
      recording: { recordingId: true, recordingShortId: true, startedAt: true, lastWriteAt: true },
    },
  ],
  memory: {
    daemonMaxMemoryBytes: true,
    process: { rss: true, heapTotal: true, heapUsed: true, external: true },
    snapshots: {
      estimatedBytes: true,
      sessionCount: true,
      eventCount: true,
      evictionsTotal: true,
      bytesReclaimedTotal: true,
      evictionsByReason: { max_sessions: true, memory_pressure: true },
      overBudget: true,
    },
  },
}

const parseStatus = (documents: Documents, context: NodeContext): NodeStatus => {
  const gathered = Object.hasOwn(documents, file) ? documents[file] : undefined
  const read = readJson(documents, file, { schema })
  if (read.kind === 'bad') return unreadable(runtime, read.reason)
  // Kato takes a missing file for a stopped daemon; a wrong path would look the same, so here it is unreadable.
  if (read.kind === 'none' || !isRow(read.json)) {
    const reason = read.kind === 'none' ? read.reason : `${file} is not an object`
    return gathered?.kind === 'silent' ? outOfReach(runtime, reason, context) : unreadable(runtime, reason)
  }
  const memory = rowAt(read.json, 'memory')
  const life = lifeOf(read.value, read.json, context)
  const { nowMs } = context
  const sessions = katoSessions(valueAt(read.json, 'sessions'), life.liveness, nowMs)
  return {
    ...blankStatus(runtime),
    ...life,
    ...healthOf(memory, life.liveness, context),
    ttlMs: heartbeatTtlMs,
    ready: life.liveness === 'running',
    memoryBytes: countAt(rowAt(memory, 'process'), 'rss'),
    memoryLimitBytes: countAt(memory, 'daemonMaxMemoryBytes'),
    readings: [
      ...figures(read.value, memory, life.aliveMs ?? nowMs),
      ...sessions.figures.map(([name, value]) => reading(nowMs, name, value, null, 'inferred')),
      ...lenienceOf(read.json, nowMs),
    ],
    sessions: sessions.list,
    native: { mediaType: 'application/json', text: nativeText([{ name: file, read, keep }]) },
  }
}

/** The heartbeat means something only while the daemon says it runs; one that cannot be read then counts as stale. */
const lifeOf = (
  status: KatoStatus,
  row: Row,
  { nowMs, lastGoodMs }: NodeContext,
): Pick<NodeStatus, 'liveness' | 'livenessReason' | 'aliveMs'> => {
  const heartbeatMs = instantAt(row, 'heartbeatAt')
  if (!status.daemonRunning) {
    const since = heartbeatMs === null ? '' : ` since ${moment(heartbeatMs)}`
    return { liveness: 'stopped', livenessReason: `the daemon is not running${since}`, aliveMs: heartbeatMs }
  }
  if (heartbeatMs === null || heartbeatMs > nowMs + heartbeatTtlMs) {
    const fault = heartbeatMs === null ? 'is not a time' : 'lies in the future'
    return {
      liveness: 'stale',
      livenessReason: `${file} /heartbeatAt ${fault}, so nobody knows whether it runs`,
      aliveMs: Math.min(lastGoodMs ?? Number.POSITIVE_INFINITY, nowMs - heartbeatTtlMs),
    }
  }
  const aliveMs = Math.min(heartbeatMs, nowMs)
  if (nowMs - heartbeatMs < heartbeatTtlMs) return { liveness: 'running', livenessReason: null, aliveMs }
  return { liveness: 'stale', livenessReason: `no heartbeat since ${moment(heartbeatMs)}`, aliveMs }
}

/** Kato has no word for its health: memory says it (reference §5.1). */
const healthOf = (
  memory: Row,
  liveness: NodeStatus['liveness'],
  { last }: NodeContext,
): Pick<NodeStatus, 'health' | 'healthReason'> => {
  const snapshots = rowAt(memory, 'snapshots')
  const overBudget = valueAt(snapshots, 'overBudget')
  if (liveness === 'stopped' || typeof overBudget !== 'boolean') {
    return { health: 'unknown', healthReason: null }
  }
  if (overBudget) {
    return { health: 'degraded', healthReason: 'its session snapshots exceed the memory budget' }
  }
  const evicted = countAt(snapshots, 'evictionsTotal')
  const before = last?.readings.find(({ name }) => name === 'evictions')?.value
  if (evicted !== null && typeof before === 'number' && evicted > before) {
    return { health: 'degraded', healthReason: `it evicted ${evicted - before} sessions since the last look` }
  }
  return { health: 'healthy', healthReason: null }
}

const figures = (status: KatoStatus, memory: Row, atMs: number): NodeReading[] => {
  const snapshots = rowAt(memory, 'snapshots')
  const said = (name: string, value: number | null, unit: string | null = null) =>
    value === null ? [] : [reading(atMs, name, value, unit)]
  return [
    ...said('recordings', status.recordings.activeRecordings),
    ...said('recording destinations', status.recordings.destinations),
    ...status.providers
      .slice(0, 20)
      .flatMap((row) => said(`${labelAt(row, 'provider', 40) ?? 'provider'} sessions`, row.activeSessions)),
    ...said('session snapshots', countAt(snapshots, 'estimatedBytes'), 'B'),
    ...said('events held', countAt(snapshots, 'eventCount')),
    ...said('evictions', countAt(snapshots, 'evictionsTotal')),
    ...said('pid', status.daemonPid ?? null),
  ]
}

/** What Kato lets pass and its own viewers stumble over: read as unknown, and said. */
const lenienceOf = (row: Row, nowMs: number): NodeReading[] => {
  const faults: string[] = []
  const sessions = valueAt(row, 'sessions')
  if (sessions !== undefined && !Array.isArray(sessions)) faults.push('/sessions is not a list')
  else if (rowsAt(row, 'sessions').some((one) => instantAt(one, 'updatedAt') === null)) {
    faults.push('/sessions: one has no /updatedAt')
  }
  const memory = valueAt(row, 'memory')
  if (memory !== undefined && !isRow(memory)) faults.push('/memory is not an object')
  return faults.length === 0 ? [] : [reading(nowMs, 'not understood', faults.join('; '), null, 'observed')]
}

/** `~/.kato/runtime/status.json`. */
export const kato: NodeFormat = { runtime, name: 'Kato', documents: [file], parseStatus }
