import { Snapshot } from '@watchbill/contract/snapshots'
import { type Documents, type Gathered, type NodeStatus, nodeFormats, toNodeSnapshot } from '../index.ts'

type Document = Extract<Gathered, { kind: 'document' }>

/** The moment tests ask at: 5 s after the fixtures were written. */
export const nowMs = Date.UTC(2026, 2, 4, 10, 0, 5)
export const silent: Gathered = { kind: 'silent', reason: 'connection refused' }
export const absent: Gathered = { kind: 'absent' }

export const answer = (body: Uint8Array | string, httpStatus: number | null = null): Document => ({
  kind: 'document',
  bytes: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  httpStatus,
})

/** By JSON pointer; undefined removes. */
export type Edits = Readonly<Record<string, unknown>>

/** The JSON document with some of its values replaced. */
export const edited = (bytes: Uint8Array, edits: Edits, httpStatus: number | null = null): Document => {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
  for (const [pointer, replacement] of Object.entries(edits))
    put(value, pointer.split('/').slice(1), replacement)
  return answer(JSON.stringify(value), httpStatus)
}

const put = (value: unknown, [step = '', ...rest]: readonly string[], replacement: unknown): void => {
  if (typeof value !== 'object' || value === null) throw new Error(`nothing at ${step}`)
  if (rest.length > 0) put(Reflect.get(value, step), rest, replacement)
  else if (replacement === undefined) Reflect.deleteProperty(value, step)
  else Reflect.set(value, step, replacement)
}

interface At {
  readonly nowMs?: number
  readonly lastGoodMs?: number | null
  readonly last?: NodeStatus
}

/** Parses, and throws when what would be sent of it breaks the contract. */
export const parseNode = (runtime: string, documents: Documents, at: At = {}): NodeStatus => {
  const format = nodeFormats.find((one) => one.runtime === runtime)
  if (format === undefined) throw new Error(`there is no format ${runtime}`)
  const status = format.parseStatus(documents, { nowMs, lastGoodMs: null, ...at })
  Snapshot.parse(snapshotOf(status, at.nowMs))
  return status
}

export const snapshotOf = (status: NodeStatus, at = nowMs): Snapshot =>
  toNodeSnapshot(status, {
    snapshotId: 'snp_00000000-0000-7000-8000-000000000001',
    machine: { id: 'mch_00000000-0000-7000-8000-000000000001', name: 'atlas' },
    agentId: 'agt_00000000-0000-7000-8000-000000000001',
    name: status.runtime,
    owner: null,
    nowMs: at,
  })

export const readingIn = (status: NodeStatus, name: string) =>
  status.readings.find((one) => one.name === name)?.value
