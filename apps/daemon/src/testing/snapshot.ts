import { randomBytes } from 'node:crypto'
import { newId } from '@watchbill/contract/ids'
import { SessionReport } from '@watchbill/contract/sessions'
import type { Snapshot } from '@watchbill/contract/snapshots'
import { sessionIdOf } from '@watchbill/runtimes'
import { sinkMachineId } from './sink.ts'

export const testAgentId = 'agt_00000000-0000-8000-8000-000000000001'

export const testSession = (nativeId: string, input: number): SessionReport =>
  SessionReport.parse({
    id: sessionIdOf(testAgentId, nativeId),
    nativeId,
    state: 'working',
    stateSource: 'observed',
    stateSince: null,
    startedAt: null,
    lastActivityAt: null,
    tokens: { input, cacheRead: null, cacheWrite: null, output: null, reasoning: null },
  })

/** A snapshot of the test agent; `more` replaces what it names. */
export const testSnapshot = (sessions: SessionReport[] = [], more: Partial<Snapshot> = {}): Snapshot => ({
  v: 1,
  id: newId('snp', Date.now(), randomBytes(10)),
  observedAt: new Date().toISOString(),
  machine: { id: sinkMachineId, name: 'test' },
  agent: { id: testAgentId, runtime: 'line-runtime', name: 'Line Runtime', owner: null, version: null },
  liveness: 'running',
  livenessReason: null,
  health: 'unknown',
  healthReason: null,
  source: 'observed',
  ttlMs: 60_000,
  readings: [],
  sessions,
  ...more,
})
