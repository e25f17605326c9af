import { agentStates } from '@watchbill/contract/agents'
import { sql } from 'drizzle-orm'
import type { Deps } from '../deps.ts'
import { getFleet } from '../fleet/service.ts'
import type { Actor } from '../http/handler.ts'
import { readProgress } from '../seal/status.ts'
import { type Family, formatFamily, gauge, type Labels, type Sample } from './exposition.ts'
import { bucketBounds, type RequestSeries } from './meters.ts'
import type { Readiness } from './readiness.ts'
import { within } from './within.ts'

/** Prometheus text format 0.0.4. Rows are counted in the caller's workspaces alone; without a database they are left out. */
export const renderMetrics = async (
  deps: Deps,
  readiness: Readiness,
  actor: Actor,
  now: number,
): Promise<string> => {
  const checks = await readiness.observe()
  const database = checks.find((check) => check.name === 'database')
  const up = database !== undefined && database.status !== 'fail'
  const pingMs = typeof database?.observed === 'number' ? database.observed : null
  const families = [
    ...requestFamilies(deps),
    ...processFamilies(deps),
    gauge(
      'watchbill_ready',
      '1 when the readiness check passes.',
      checks.map((check) => ({
        labels: { check: check.name },
        value: check.status === 'fail' ? 0 : 1,
      })),
    ),
    gauge('watchbill_database_ping_seconds', 'Duration of the last round trip to the database.', [
      ...(pingMs === null ? [] : [{ value: pingMs / 1000 }]),
    ]),
    ...(up ? await rowFamilies(deps, actor, now) : []),
  ]
  return families.map(formatFamily).join('')
}

const requestFamilies = (deps: Deps): Family[] => {
  const { requests, streamsOpen, snapshots, entries } = deps.meters.read()
  const { version, releaseId } = deps.config
  return [
    gauge('watchbill_build_info', 'Constant 1, with the build that answers.', [
      { labels: { version, release: releaseId }, value: 1 },
    ]),
    {
      name: 'watchbill_http_requests_total',
      type: 'counter',
      help: 'Requests answered, by contract path, method and status class.',
      samples: requests.map((one) => ({ labels: labelsOf(one), value: one.count })),
    },
    {
      name: 'watchbill_http_request_duration_seconds',
      type: 'histogram',
      help: 'Time until the head of the answer was ready.',
      samples: requests.flatMap(histogramOf),
    },
    gauge('watchbill_streams_open', 'Live streams (SSE) open in this process.', [{ value: streamsOpen }]),
    {
      name: 'watchbill_snapshots_total',
      type: 'counter',
      help: 'Snapshots taken in by this process, by what their receipt said.',
      samples: Object.entries(snapshots).map(([status, value]) => ({ labels: { status }, value })),
    },
    {
      name: 'watchbill_entries_total',
      type: 'counter',
      help: "Producers' entries taken in by this process, by what their receipt said.",
      samples: Object.entries(entries).map(([status, value]) => ({ labels: { status }, value })),
    },
  ]
}

const labelsOf = ({ route, method, status }: RequestSeries): Labels => ({ route, method, status })

const histogramOf = (one: RequestSeries): Sample[] => [
  ...bucketBounds.map((bound, index) => ({
    suffix: '_bucket',
    labels: { ...labelsOf(one), le: String(bound) },
    value: one.buckets[index] ?? 0,
  })),
  { suffix: '_bucket', labels: { ...labelsOf(one), le: '+Inf' }, value: one.count },
  { suffix: '_sum', labels: labelsOf(one), value: one.sumSeconds },
  { suffix: '_count', labels: labelsOf(one), value: one.count },
]

const processFamilies = (deps: Deps): Family[] => {
  const vitals = deps.vitals?.()
  if (!vitals) return []
  return [
    gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', [
      { value: vitals.residentBytes },
    ]),
    gauge('process_start_time_seconds', 'Start time of the process since the Unix epoch in seconds.', [
      { value: vitals.startedAtMs / 1000 },
    ]),
    gauge('nodejs_eventloop_lag_p99_seconds', '99th percentile of event loop delay since the last scrape.', [
      { value: vitals.loopLagSeconds },
    ]),
  ]
}

/** The database may go away between the readiness look and here: then these are left out, not guessed. */
const rowFamilies = async (deps: Deps, actor: Actor, now: number): Promise<Family[]> => {
  try {
    return await within(1000, countRows(deps, actor, now))
  } catch {
    return []
  }
}

const countRows = async (deps: Deps, actor: Actor, now: number): Promise<Family[]> => {
  const fleets = await Promise.all(actor.workspaces.map((workspace) => getFleet(deps, workspace, now)))
  const heads = await deps.installation.rows<{ id: string; head: number }>(
    sql`SELECT id, change_seq AS head FROM workspaces`,
  )
  return [
    gauge(
      'watchbill_agents',
      'Agents by their one state.',
      fleets.flatMap(({ workspace, counts }) =>
        agentStates.map((state) => ({ labels: { workspace: workspace.id, state }, value: counts[state] })),
      ),
    ),
    gauge(
      'watchbill_journal_seq',
      'Position of the newest row in the change journal.',
      heads
        .filter((row) => actor.workspaces.includes(row.id))
        .map((row) => ({ labels: { workspace: row.id }, value: row.head })),
    ),
    ...(await logFamilies(deps, actor, now)),
  ]
}

/** One label each for the workspaces that the caller reaches. */
const logFamilies = async (deps: Deps, { workspaces }: Actor, now: number): Promise<Family[]> => {
  const logs = await Promise.all(
    workspaces.map(async (workspace) => ({
      labels: { workspace },
      log: await readProgress(deps, workspace),
    })),
  )
  const samples = (pick: (log: Progress) => number | null): Sample[] =>
    logs.flatMap(({ labels, log }) => {
      const value = log && pick(log)
      return value === null ? [] : [{ labels, value }]
    })
  return [
    gauge(
      'watchbill_log_size',
      'Entries in the audit log.',
      samples(({ size }) => size),
    ),
    gauge(
      'watchbill_log_sealed_size',
      'Entries that the newest checkpoint covers.',
      samples(({ sealedSize }) => sealedSize),
    ),
    gauge(
      'watchbill_log_checkpoint_age_seconds',
      'Age of the newest checkpoint. It grows while nothing new comes in.',
      samples(({ sealedAt }) => (sealedAt === null ? null : (now - sealedAt) / 1000)),
    ),
  ]
}

type Progress = NonNullable<Awaited<ReturnType<typeof readProgress>>>
