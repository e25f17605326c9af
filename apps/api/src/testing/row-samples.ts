import { api, type EndpointName } from '@watchbill/contract/api'
import { newId } from '@watchbill/contract/ids'
import { createProducer } from './entry-samples.ts'

const machineId = newId('mch', 0, new Uint8Array(10))
const params: Record<string, string> = { check: 'database', seq: '0', workspace: 'default', path: '0/000' }
const sampleIds: Partial<Record<EndpointName, string>> = {
  getAgent: newId('agt', 0, new Uint8Array(10)),
  getAgentHistory: newId('agt', 0, new Uint8Array(10)),
  getSession: newId('ses', 0, new Uint8Array(10)),
  putMachine: machineId,
  removeKey: newId('key', 0, new Uint8Array(10)),
  removeWorkspace: 'nowhere',
  putView: newId('viw', 0, new Uint8Array(10)),
  removeView: newId('viw', 0, new Uint8Array(10)),
  getShare: newId('shr', 0, new Uint8Array(10)),
  removeShare: newId('shr', 0, new Uint8Array(10)),
  readShare: newId('shr', 0, new Uint8Array(10)),
  readShareProofs: newId('shr', 0, new Uint8Array(10)),
}

/** A batch of one valid snapshot of a machine. */
export const snapshotFor = (machine: string) => ({
  snapshots: [
    {
      v: 1,
      id: newId('snp', 1, crypto.getRandomValues(new Uint8Array(10))),
      observedAt: '2026-11-20T12:00:00.000Z',
      machine: { id: machine, name: 'box' },
      agent: {
        id: newId('agt', 2, crypto.getRandomValues(new Uint8Array(10))),
        runtime: 'codex',
        name: 'codex',
      },
      liveness: 'running',
    },
  ],
})
const report = {
  machine: {
    name: 'box',
    os: null,
    arch: null,
    daemonVersion: null,
    daemonStartedAt: null,
    ttlMs: 60_000,
    lookedAt: [],
  },
}
/** A valid body for every row that takes one. */
export const bodies: Partial<Record<EndpointName, unknown>> = {
  signIn: { token: 'x'.repeat(43) },
  createKey: { name: 'k', scopes: ['key:write'] },
  createEnrollment: {},
  joinMachine: { name: 'box' },
  putMachine: report,
  postSnapshots: snapshotFor(machineId),
  postErasures: { seqs: [0], reason: 'asked for' },
  postEntries: { entries: [createProducer('access').next()] },
  postView: { name: 'refusals', q: 'decision:deny' },
  putView: { name: 'refusals', q: 'decision:deny' },
  postShare: { title: '', scope: { kind: 'selection', seqs: [0] }, redact: [] },
  previewShare: { scope: { kind: 'selection', seqs: [0] } },
}

/** The row's path with an id that fits in every place. */
export const pathOf = (name: EndpointName) =>
  api[name].path.replaceAll(
    /:(\w+)(?:\{\.\+\})?/g,
    (_all, param: string) => sampleIds[name] ?? params[param] ?? 'x',
  )
