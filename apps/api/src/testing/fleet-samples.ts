import type { SessionReport } from '@watchbill/contract/sessions'
import type { Snapshot } from '@watchbill/contract/snapshots'
import type { AppConfig } from '../deps.ts'
import type { Actor } from '../http/handler.ts'

/** `sampleId('agt', 7)`: a valid id that is easy to tell apart. */
export const sampleId = (prefix: string, index: number): string =>
  `${prefix}_00000000-0000-8000-8000-${index.toString(16).padStart(12, '0')}`

export const at = (ms: number): string => new Date(ms).toISOString()

const noTokens = { input: null, cacheRead: null, cacheWrite: null, output: null, reasoning: null }

/** A session as a daemon reports it: idle, nothing known of tokens, unless said. */
export const sampleSession = (index: number, more: Partial<SessionReport> = {}): SessionReport => ({
  id: sampleId('ses', index),
  nativeId: `native-${index}`,
  parentId: null,
  kind: 'main',
  state: 'idle',
  stateSource: 'observed',
  stateSince: null,
  waiting: null,
  tool: null,
  model: null,
  version: null,
  entrypoint: null,
  permissionMode: null,
  project: null,
  branch: null,
  startedAt: null,
  lastActivityAt: null,
  staleAfterMs: null,
  tokens: noTokens,
  costMicroUsd: null,
  costSource: null,
  turns: null,
  toolCalls: null,
  toolFailures: null,
  denials: null,
  errors: null,
  subagents: null,
  repeats: null,
  ...more,
})

interface SnapshotSample extends Partial<Omit<Snapshot, 'agent' | 'machine'>> {
  readonly agent?: Partial<Snapshot['agent']>
  readonly machine?: Partial<Snapshot['machine']>
}

let snapshots = 0

/** A snapshot of agent `index` on machine 1, running and healthy, with an id of its own unless said. */
export const sampleSnapshot = (index: number, observedMs: number, more: SnapshotSample = {}): Snapshot => {
  const { agent, machine, ...rest } = more
  snapshots += 1
  return {
    v: 1,
    id: sampleId('snp', snapshots),
    observedAt: at(observedMs),
    machine: { id: sampleId('mch', 1), name: 'machine-1', ...machine },
    agent: {
      id: sampleId('agt', index),
      runtime: 'claude-code',
      name: `agent-${String(index).padStart(4, '0')}`,
      owner: null,
      version: null,
      ...agent,
    },
    liveness: 'running',
    livenessReason: null,
    health: 'healthy',
    healthReason: null,
    source: 'observed',
    ttlMs: 60_000,
    readings: [],
    sessions: [],
    ...rest,
  }
}

/** A session that waits for a person since `sinceMs`. */
export const waitingSession = (
  index: number,
  sinceMs: number,
  more: Partial<SessionReport> = {},
): SessionReport =>
  sampleSession(index, {
    state: 'waiting',
    stateSince: at(sinceMs),
    waiting: {
      kind: 'permission',
      detail: 'permission prompt',
      tool: 'Bash',
      request: 'git push',
      since: at(sinceMs),
    },
    lastActivityAt: at(sinceMs),
    ...more,
  })

/** For calling a service past authentication. */
export const testActor: Actor = {
  kind: 'key',
  id: 'key_test',
  name: 'test',
  scopes: new Set(),
  workspaces: ['default'],
  machineId: null,
  expiresAt: null,
}

export const testConfig: AppConfig = {
  publicUrl: 'http://watchbill.test',
  allowedHosts: [],
  version: '0.0.0',
  releaseId: 'test',
  runtime: 'node',
  cronSecret: null,
}
