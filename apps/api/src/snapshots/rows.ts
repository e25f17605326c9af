import type { Reading } from '@watchbill/contract/agents'
import type { SessionReport } from '@watchbill/contract/sessions'
import type { Snapshot } from '@watchbill/contract/snapshots'
import { instant } from '../identity/instant.ts'
import { type MachineClock, onOurClock } from './clock.ts'

/** A row of `agents` by column name. */
export interface AgentRow {
  readonly id: string
  readonly machine_id: string
  readonly runtime: string
  readonly name: string
  readonly owner: string | null
  readonly version: string | null
  readonly liveness: Snapshot['liveness']
  readonly liveness_reason: string | null
  readonly health: Snapshot['health']
  readonly health_reason: string | null
  readonly source: Snapshot['source']
  readonly snapshot_id: string
  readonly first_seen_at: number
  readonly condition_since: number
  readonly observed_at: number
  readonly reported_at: number
  readonly received_at: number
  readonly stale_at: number | null
  readonly skew_ms: number | null
  readonly readings: string
  /** Never loaded with `native` in it: nothing here compares that. */
  readonly detail: string
}

/** A row of `sessions` by column name. */
export interface SessionRow {
  readonly id: string
  readonly agent_id: string
  readonly machine_id: string
  readonly state: SessionReport['state']
  readonly waiting_since: number | null
  readonly started_at: number | null
  readonly last_activity_at: number | null
  readonly stale_at: number | null
  readonly observed_at: number
  readonly snapshot_id: string
  readonly project: string | null
  readonly branch: string | null
  readonly model: string | null
  readonly native_id: string
  readonly tokens_input: number | null
  readonly tokens_cache_read: number | null
  readonly tokens_cache_write: number | null
  readonly tokens_output: number | null
  readonly tokens_reasoning: number | null
  readonly cost_micro_usd: number | null
  readonly denials: number | null
  readonly repeat_count: number | null
  readonly report: string
}

export const agentRow = (snapshot: Snapshot, clock: MachineClock): AgentRow => {
  const observedAt = onOurClock(clock, snapshot.observedAt)
  const aliveAt = Math.min(observedAt, onOurClock(clock, snapshot.aliveAt ?? snapshot.observedAt))
  const readings = snapshot.readings.map((reading): Reading => ({ ...reading, at: shift(clock, reading.at) }))
  return {
    id: snapshot.agent.id,
    machine_id: snapshot.machine.id,
    runtime: snapshot.agent.runtime,
    name: snapshot.agent.name,
    owner: snapshot.agent.owner,
    version: snapshot.agent.version,
    liveness: snapshot.liveness,
    liveness_reason: snapshot.livenessReason,
    health: snapshot.health,
    health_reason: snapshot.healthReason,
    source: snapshot.source,
    snapshot_id: snapshot.id,
    first_seen_at: observedAt,
    condition_since: observedAt,
    observed_at: observedAt,
    reported_at: Date.parse(snapshot.observedAt),
    received_at: clock.receivedAt,
    stale_at: snapshot.liveness === 'running' ? aliveAt + snapshot.ttlMs : null,
    skew_ms: clock.skewMs,
    readings: JSON.stringify(readings),
    detail: JSON.stringify(detailOf(snapshot, clock)),
  }
}

const detailOf = ({ components, machineState, native }: Snapshot, clock: MachineClock) => ({
  components,
  machineState: machineState && { ...machineState, since: shiftOrNull(clock, machineState.since) },
  native,
})

export const sessionRow = (report: SessionReport, agent: AgentRow, clock: MachineClock): SessionRow => {
  const ours = onOurClockThroughout(report, clock)
  const activity = ours.lastActivityAt ?? ours.stateSince ?? ours.startedAt
  const stale = report.state === 'working' && report.staleAfterMs !== null
  return {
    id: report.id,
    agent_id: agent.id,
    machine_id: agent.machine_id,
    state: report.state,
    waiting_since: report.state === 'waiting' ? msOf(ours.waiting?.since ?? ours.stateSince) : null,
    started_at: msOf(ours.startedAt),
    last_activity_at: msOf(activity),
    stale_at: stale ? (msOf(activity) ?? agent.observed_at) + (report.staleAfterMs ?? 0) : null,
    observed_at: agent.observed_at,
    snapshot_id: agent.snapshot_id,
    project: report.project,
    branch: report.branch,
    model: report.model,
    native_id: report.nativeId,
    tokens_input: report.tokens.input,
    tokens_cache_read: report.tokens.cacheRead,
    tokens_cache_write: report.tokens.cacheWrite,
    tokens_output: report.tokens.output,
    tokens_reasoning: report.tokens.reasoning,
    cost_micro_usd: report.costMicroUsd,
    denials: report.denials,
    repeat_count: report.repeats?.count ?? null,
    report: JSON.stringify(ours),
  }
}

/** "Waits 4 min" must hold on our clock, so every time of the report moves with the skew found on the agent's row. */
const onOurClockThroughout = (report: SessionReport, clock: MachineClock): SessionReport => ({
  ...report,
  stateSince: shiftOrNull(clock, report.stateSince),
  startedAt: shiftOrNull(clock, report.startedAt),
  lastActivityAt: shiftOrNull(clock, report.lastActivityAt),
  waiting: report.waiting && { ...report.waiting, since: shift(clock, report.waiting.since) },
  tool: report.tool && { ...report.tool, since: shiftOrNull(clock, report.tool.since) },
})

const shift = (clock: MachineClock, time: string): string => instant(onOurClock(clock, time))
const shiftOrNull = (clock: MachineClock, time: string | null): string | null =>
  time === null ? null : shift(clock, time)
const msOf = (time: string | null): number | null => (time === null ? null : Date.parse(time))
