import type { Component, Reading } from '@watchbill/contract/agents'
import type { SessionReport } from '@watchbill/contract/sessions'
import type { Snapshot } from '@watchbill/contract/snapshots'
import { sessionIdOf } from './ids.ts'
import type { NodeComponent, NodeReading, NodeSession, NodeStatus } from './node-status.ts'
import { label } from './row.ts'
import { scrubShapes } from './scrub.ts'
import { words } from './standing.ts'

/** What the daemon gives a snapshot beside the status. */
export interface SnapshotIds {
  /** `snp_…`, random. */
  readonly snapshotId: string
  readonly machine: { readonly id: string; readonly name: string }
  /** `agt_…`; session ids are derived from it. */
  readonly agentId: string
  readonly name: string
  readonly owner: string | null
  /** When the documents were gathered; strictly later than this agent's snapshot before. */
  readonly nowMs: number
}

const mostReadings = 64
const mostSessions = 500

/**
 * What leaves the machine about one runtime: metadata only, within the contract's sizes. `stale` goes out as `running`
 * with its last sign of life: from there the control plane and every browser derive it by the clock.
 */
export const toNodeSnapshot = (status: NodeStatus, ids: SnapshotIds): Snapshot => {
  const { liveness, aliveMs, machine, native } = status
  const running = liveness === 'running' || liveness === 'stale'
  const at = instant(ids.nowMs)
  return {
    v: 1,
    id: ids.snapshotId,
    observedAt: at,
    machine: ids.machine,
    agent: {
      id: ids.agentId,
      runtime: status.runtime,
      name: label(ids.name, 120) ?? status.runtime,
      owner: label(ids.owner, 120),
      version: plain(status.version, 60),
    },
    liveness: running ? 'running' : liveness,
    livenessReason: words(status.livenessReason),
    health: status.health,
    healthReason: words(status.healthReason),
    source: 'reported',
    ttlMs: status.ttlMs,
    ...(running && aliveMs !== null ? { aliveAt: instant(Math.min(aliveMs, ids.nowMs)) } : {}),
    readings: [...ownReadings(status, ids.nowMs), ...status.readings].slice(0, mostReadings).map(readingOf),
    ...(status.components.length > 0 ? { components: status.components.map(componentOf) } : {}),
    ...(machine === null
      ? {}
      : {
          machineState: {
            states: [...machine.states],
            current: machine.current,
            since: orNull(machine.sinceMs, ids.nowMs),
          },
        }),
    ...(native !== null && native.mediaType === 'application/json'
      ? { native: { mediaType: 'application/json' as const, text: native.text } }
      : {}),
    sessions: status.sessions.slice(0, mostSessions).map((session) => reportOf(session, ids)),
  }
}

/** The normal form's own values, so that they stand on the page with source and age. */
const ownReadings = (status: NodeStatus, nowMs: number): NodeReading[] => {
  const atMs = status.aliveMs ?? nowMs
  const said = (name: string, value: NodeReading['value'], unit: string | null): NodeReading[] =>
    value === null ? [] : [{ name, value, unit, source: 'reported', atMs }]
  return [
    ...said('ready', status.ready, null),
    ...said('uptime', status.uptimeMs, 'ms'),
    ...said('memory', status.memoryBytes, 'B'),
    ...said('memory limit', status.memoryLimitBytes, 'B'),
  ]
}

const componentOf = ({ name, status, reason }: NodeComponent): Component => ({
  name: plain(name, 80) ?? 'component',
  status,
  reason: words(reason),
})

/** Names and ids may look random and must stay what they are; secrets of a known shape may not stay in them. */
const plain = (name: string | null, max: number): string | null =>
  name === null ? null : label(scrubShapes(name), max)

const readingOf = ({ name, value, unit, source, atMs }: NodeReading): Reading => ({
  name: plain(name, 80) ?? 'value',
  value: typeof value === 'string' ? words(value, 500) : value,
  unit,
  source,
  at: instant(atMs),
})

const reportOf = (session: NodeSession, { agentId, nowMs }: SnapshotIds): SessionReport => ({
  id: sessionIdOf(agentId, session.nativeId),
  nativeId: plain(session.nativeId, 200) ?? 'unknown',
  parentId: null,
  kind: 'main',
  state: session.state,
  stateSource: session.source,
  stateSince: orNull(session.sinceMs, nowMs),
  waiting: null,
  tool:
    session.tool === null
      ? null
      : { name: plain(session.tool, 120) ?? 'tool', request: null, since: orNull(session.sinceMs, nowMs) },
  model: null,
  version: null,
  entrypoint: plain(session.entrypoint, 60),
  permissionMode: plain(session.permissionMode, 60),
  project: null,
  branch: null,
  startedAt: orNull(session.startedMs, nowMs),
  lastActivityAt: orNull(session.lastActivityMs, nowMs),
  staleAfterMs: session.staleAfterMs,
  // None of the four counts tokens for a status: unknown, never 0.
  tokens: { input: null, cacheRead: null, cacheWrite: null, output: null, reasoning: null },
  costMicroUsd: null,
  costSource: null,
  turns: null,
  toolCalls: session.toolCalls,
  toolFailures: null,
  denials: null,
  errors: session.errors,
  subagents: null,
  repeats: null,
})

/** Never later than now: a runtime's time is foreign data. */
const orNull = (ms: number | null, nowMs: number): string | null =>
  ms === null ? null : instant(Math.min(ms, nowMs))

const instant = (ms: number): string => new Date(Math.max(0, ms)).toISOString()
