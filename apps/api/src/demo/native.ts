import type { Component, MachineState, Reading } from '@watchbill/contract/agents'
import type { Snapshot } from '@watchbill/contract/snapshots'
import { instant } from '../identity/instant.ts'
import type { DemoAgent } from './cast.ts'
import { createRandom } from './random.ts'

/** What the four runtimes with a status of their own say beside liveness and sessions. */
export type DemoDetail = Pick<Snapshot, 'components' | 'machineState' | 'native' | 'healthReason'> & {
  readonly readings: Reading[]
}

export interface DemoMoment {
  /** ms. */
  readonly at: number
  readonly degraded: boolean
  readonly working: boolean
}

/** Null for runtimes that are known by their session files alone. */
export const detailOf = (agent: DemoAgent, moment: DemoMoment): DemoDetail | null => {
  switch (agent.runtime) {
    case 'kato':
      return katoDetail(agent, moment)
    case 'vak':
      return partsDetail(vakParts, agent, moment)
    case 'skreaver':
      return partsDetail(skreaverParts, agent, moment)
    case 'fluffy-waffle':
      return waffleDetail(agent, moment)
    default:
      return null
  }
}

const mebibyte = 1_048_576
const reported = (
  at: number,
  name: string,
  value: Reading['value'],
  unit: string | null = null,
): Reading => ({
  name,
  value,
  unit,
  source: 'reported',
  at: instant(at),
})
const native = (documents: object): Snapshot['native'] => ({
  mediaType: 'application/json',
  text: JSON.stringify(documents, null, 2),
})

const katoDetail = (agent: DemoAgent, { at, degraded, working }: DemoMoment): DemoDetail => {
  const random = createRandom(`${agent.id} kato`)
  const heartbeat = Math.floor(at / 5000) * 5000
  const memory = random.between(50, 180) * mebibyte
  const recordings = working ? 1 : 0
  const reason = degraded ? 'its session snapshots exceed the memory budget' : null
  return {
    healthReason: reason,
    readings: [
      reported(heartbeat, 'memory', memory, 'B'),
      reported(heartbeat, 'memory limit', 500 * mebibyte, 'B'),
      reported(heartbeat, 'recordings', recordings),
      reported(heartbeat, 'evictions', degraded ? 14 : 0),
    ],
    native: native({
      'status.json': {
        schemaVersion: 1,
        generatedAt: instant(heartbeat),
        heartbeatAt: instant(heartbeat),
        daemonRunning: true,
        providers: [{ provider: 'claude', activeSessions: recordings }],
        recordings: { activeRecordings: recordings, destinations: recordings },
        sessions: [{ provider: 'claude', snippet: '(kept on the machine)', stale: !working }],
        memory: {
          daemonMaxMemoryBytes: 500 * mebibyte,
          process: { rss: memory },
          snapshots: { overBudget: degraded, evictionsTotal: degraded ? 14 : 0 },
        },
      },
    }),
  }
}

interface Parts {
  readonly names: readonly string[]
  /** The part that is degraded when the agent is. */
  readonly weak: string
  readonly reason: string
  /** The native document that lists the parts, and how it says one part's status. */
  readonly document: string
  readonly statusOf: (reason: string | null) => object
}

const vakParts: Parts = {
  names: ['audit_logger', 'memory_system', 'policy_engine', 'wasm_sandbox'],
  weak: 'memory_system',
  reason: 'slow writes',
  document: '/health',
  statusOf: (message) => ({ status: message === null ? 'healthy' : 'degraded', message }),
}
const skreaverParts: Parts = {
  names: ['http_runtime', 'memory', 'security', 'system_resources'],
  weak: 'system_resources',
  reason: 'High memory usage: 1280.50MB',
  document: '/ready',
  statusOf: (reason) => ({ status: reason === null ? 'Healthy' : { Degraded: { reason } } }),
}

const partsDetail = (parts: Parts, agent: DemoAgent, { at, degraded, working }: DemoMoment): DemoDetail => {
  const random = createRandom(`${agent.id} parts`)
  const bad = (name: string) => degraded && name === parts.weak
  const components = parts.names.map(
    (name): Component => ({
      name,
      status: bad(name) ? 'degraded' : 'healthy',
      reason: bad(name) ? parts.reason : null,
    }),
  )
  const memory = (degraded ? 1280 : random.between(60, 400)) * mebibyte
  const document = components.map(({ name, reason }) => [name, { name, ...parts.statusOf(reason) }])
  return {
    healthReason: degraded ? `${parts.weak}: ${parts.reason}` : null,
    components,
    readings: [
      reported(at, 'ready', !degraded),
      reported(at, 'uptime', random.between(1, 400) * 3_600_000, 'ms'),
      reported(at, 'memory', memory, 'B'),
      reported(at, 'active agents', working ? random.between(1, 6) : 0),
    ],
    native: native({ [parts.document]: { components: Object.fromEntries(document) } }),
  }
}

const waffleStates = ['idle', 'planning', 'test_writing', 'test_running', 'coding', 'done', 'failed']

const waffleDetail = (agent: DemoAgent, { at, degraded, working }: DemoMoment): DemoDetail => {
  const step = Math.floor(at / 600_000)
  const random = createRandom(`${agent.id} machine ${step}`)
  const busy = random.pick(['planning', 'test_writing', 'test_running', 'coding'] as const)
  const current = degraded ? 'failed' : working ? busy : 'idle'
  const failures = degraded ? 3 : 0
  const reason = degraded ? 'failed in coding; only a reset leads out of it' : null
  const machineState: MachineState = { states: waffleStates, current, since: instant(step * 600_000) }
  return {
    healthReason: reason,
    machineState,
    components: [
      { name: 'kernel', status: 'healthy', reason: null },
      { name: 'state machine', status: degraded ? 'degraded' : 'healthy', reason },
    ],
    readings: [
      reported(at, 'ready', !degraded),
      reported(at, 'mode', 'strict'),
      reported(at, 'failures in a row', failures),
    ],
    native: native({
      'session.get': {
        type: 'response',
        result: {
          state: current,
          mode: 'strict',
          previous_state: degraded ? 'coding' : null,
          consecutive_failures: failures,
          test_files: '(kept on the machine)',
          last_test_passed: degraded ? false : null,
        },
      },
    }),
  }
}
