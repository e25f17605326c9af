import type { Api, EndpointName } from '@watchbill/contract/api'
import type { Args, Endpoint } from '@watchbill/contract/endpoint'
import { createProducer } from './entry-samples.ts'

/** Rows that take a body, by name. */
export type Posted = { [K in EndpointName]: Api[K] extends { body: unknown } ? K : never }[EndpointName]

const uuid = '01a1f848-b543-7e91-9e5e-989cb75f9d5f'
const at = '2026-11-20T12:00:00.000Z'
const machineId = `mch_${uuid}`
const tokens = { input: 10, cacheRead: 20, cacheWrite: null, output: 5, reasoning: null }

const sampleSession = {
  id: `ses_${uuid}`,
  nativeId: 'a1b2',
  parentId: null,
  state: 'waiting' as const,
  stateSource: 'observed' as const,
  stateSince: at,
  waiting: {
    kind: 'permission' as const,
    detail: 'permission prompt',
    tool: 'Bash',
    request: 'git push',
    since: at,
  },
  tool: { name: 'Bash', request: 'git push', since: at },
  model: 'some-model',
  project: 'watchbill',
  startedAt: at,
  lastActivityAt: at,
  tokens,
  repeats: { tool: 'Bash', request: null, count: 3 },
}

export const sampleSnapshot = {
  v: 1 as const,
  id: `snp_${uuid}`,
  observedAt: at,
  machine: { id: machineId, name: 'laptop' },
  agent: { id: `agt_${uuid}`, runtime: 'claude-code', name: 'Claude Code', owner: 'sam', version: '2.1.0' },
  liveness: 'running' as const,
  health: 'healthy' as const,
  readings: [{ name: 'processes', value: 2, unit: null, source: 'observed' as const, at }],
  sessions: [sampleSession],
}

/** A well-formed call of every row with a body; a new row does not compile until it has one. */
export const sampleCalls: { readonly [K in Posted]: Args<Api[K]> & Args<Endpoint> } = {
  postSnapshots: { body: { sentAt: at, snapshots: [sampleSnapshot] } },
  putMachine: {
    params: { id: machineId },
    body: {
      sentAt: at,
      machine: {
        name: 'laptop',
        os: 'linux',
        arch: 'x64',
        daemonVersion: '0.1.0',
        daemonStartedAt: at,
        ttlMs: 60_000,
        lookedAt: [
          { runtime: 'claude-code', path: '~/.claude', state: 'found', reason: null, sessionCount: 1 },
        ],
        unread: [{ what: 'damaged line', count: 1 }],
      },
    },
  },
  signIn: { body: { token: 'A'.repeat(43) } },
  createKey: { body: { name: 'ci', scopes: ['fleet:read'], ttlSeconds: 3600 } },
  postEntries: { body: { entries: [createProducer('bad input').next()] } },
  postErasures: { body: { seqs: [0], reason: 'asked for by the person it is about' } },
  postView: { body: { name: 'refusals', q: 'decision:deny' } },
  putView: { params: { id: `viw_${uuid}` }, body: { name: 'refusals', q: 'decision:deny' } },
  postShare: {
    body: { title: 'for the audit', scope: { kind: 'selection', q: 'decision:deny' }, redact: ['request'] },
  },
  previewShare: { body: { scope: { kind: 'range', from: 0, to: 1, q: 'decision:deny' } } },
  createEnrollment: { body: { ttlSeconds: 3600 } },
  joinMachine: { body: { name: 'laptop' } },
}
