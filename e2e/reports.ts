import { randomUUID } from 'node:crypto'
import type { Client } from '@watchbill/contract/client'

type Body = Parameters<Client['postSnapshots']>[0]['body']
export type SnapshotInput = Body['snapshots'][number]
export type SessionInput = NonNullable<SnapshotInput['sessions']>[number]

/** A random id of ours; tests need no order in them. */
export const anId = (prefix: string): string => `${prefix}_${randomUUID()}`

export const at = (ageMs: number): string => new Date(Date.now() - ageMs).toISOString()

/** A working session; say what differs. */
export const aSession = (more: Partial<SessionInput> = {}): SessionInput => ({
  id: anId('ses'),
  nativeId: randomUUID(),
  state: 'working',
  stateSource: 'observed',
  stateSince: at(60_000),
  startedAt: at(600_000),
  lastActivityAt: at(1000),
  tokens: { input: 1200, cacheRead: 30_000, cacheWrite: 0, output: 800, reasoning: null },
  ...more,
})

/** A running agent on a machine of its own; say what differs. */
export const aSnapshot = (more: Partial<SnapshotInput> & { name?: string } = {}): SnapshotInput => {
  const { name = 'build-07', ...rest } = more
  return {
    v: 1,
    id: anId('snp'),
    observedAt: at(0),
    machine: { id: anId('mch'), name: `host-of-${name}` },
    agent: { id: anId('agt'), runtime: 'claude-code', name },
    liveness: 'running',
    ...rest,
  }
}
