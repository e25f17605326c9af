import { controlSchemas } from '@watchbill/contract/control-events'
import { base64url, canonicalize, commitment, formatHeader, merkle } from '@watchbill/ledger'
import type { OwnChain } from './log-head.ts'
import type { LogEntry, RecordEvent } from './write.ts'

/** An event with everything that does not depend on its place in the log. */
export interface OwnEvent {
  readonly event: RecordEvent
  /** `evt_…`, random: nothing about the event follows from it. */
  readonly id: string
  /** ms */
  readonly ts: number
  readonly payload: string
  readonly salt: Uint8Array
  readonly commit: string
}

/**
 * Commits to what the control plane did. Throws Error for data that its published schema does not know (a defect of ours)
 * or that has no canonical form.
 */
export const readOwnEvent = (
  event: RecordEvent,
  now: number,
  randomBytes: (count: number) => Uint8Array,
): OwnEvent => {
  const payload = { ...event.data, actor: event.actor.id, actorKind: event.actor.kind }
  const checked = controlSchemas[event.type].payload.safeParse(payload)
  if (!checked.success) throw new TypeError(`${event.type} was recorded with data unlike its schema`)
  const salt = randomBytes(32)
  return {
    event,
    id: randomId('evt', randomBytes),
    ts: now,
    payload: new TextDecoder().decode(canonicalize(checked.data)),
    salt,
    commit: commitment.commitPayload(checked.data, salt).commit,
  }
}

/** Its entry at the place the control plane's chain has come to, and the chain behind it. */
export const formatOwnEntry = (own: OwnEvent, chain: OwnChain): { entry: LogEntry; chain: OwnChain } => {
  const { type, workspace } = own.event
  const header = formatHeader({
    v: controlSchemas[type].v,
    ws: workspace,
    id: own.id,
    ts: own.ts,
    producer: chain.producer,
    pseq: chain.pseq,
    prev: base64url.encode(chain.prev),
    type,
    agent: null,
    commit: own.commit,
  })
  const leaf = merkle.leafHash(header)
  const { payload, salt } = own
  return {
    entry: { producerNo: 0, pseq: chain.pseq, header, leaf, opened: { payload, salt } },
    chain: { producer: chain.producer, pseq: chain.pseq + 1, prev: leaf },
  }
}

/** A prefixed UUIDv4: no time in it, unlike ids that never enter the log (SECURITY "Entry and commitment"). */
export const randomId = (prefix: string, randomBytes: (count: number) => Uint8Array): string => {
  const bytes = Uint8Array.from(randomBytes(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
  return `${prefix}_${parts.join('-')}`
}
