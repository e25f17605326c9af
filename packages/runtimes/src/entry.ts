import {
  atLevel,
  type Decision,
  type EventType,
  eventSchemas,
  type PayloadLevel,
} from '@watchbill/contract/events'
import { hash } from './hash.ts'
import { sessionIdOf } from './ids.ts'
import { label, wellFormed } from './row.ts'
import type { RuntimeEvent } from './runtime.ts'
import { scrub, scrubShapes } from './scrub.ts'

export interface EntryContext {
  /** `agt_…` the sessions belong to: with a native id it gives the `ses_…` of sessions, parents and sub-agents. */
  readonly agentId: string
  /** What may leave this machine (SECURITY "Payload levels"). */
  readonly level: PayloadLevel
  /** Read from rows older than the daemon's own watch. */
  readonly imported: boolean
}

/** Of an entry what the event says; number, chain, agent and a missing time are the spool's. */
export interface EntryParts {
  readonly type: EventType
  /** Schema version of the type. */
  readonly v: number
  /** Milliseconds by the agent's clock; null where the row has no time. */
  readonly atMs: number | null
  readonly decision: Decision | null
  /** Flat, conforming to `eventSchemas[type].payload`; absent members are unknown or above the level. */
  readonly payload: Readonly<Record<string, string | number | boolean>>
}

const contentLimit = 20_000
// biome-ignore lint/suspicious/noControlCharactersInRegex: a text with NUL is refused everywhere
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g

type Members = Record<string, string | number | boolean | null>

/** A name of the runtime. Random-looking names stay, keys of a known shape do not. */
const word = (value: string | null): string | null => label(value === null ? null : scrubShapes(value), 120)

/** Joins the events of one call. An id that has the shape of a key is replaced by its hash, the same every time. */
const callId = (value: string | null): string | null => {
  const id = label(value, 200)
  return id === null || scrubShapes(id) === id ? id : `call_${hash(id)}`
}

const content = (value: string | null): string | null => {
  if (value === null || value === '') return null
  const clean = wellFormed(scrub(value).replace(unprintable, '').slice(0, contentLimit))
  return clean === '' ? null : clean
}

const whole = (value: number | null): number | null =>
  value !== null && Number.isSafeInteger(value) && value >= 0 ? value : null

const callOf = (event: RuntimeEvent): Members => ({
  call: callId(event.call),
  tool: word(event.tool) ?? 'unknown',
  request: event.request === null ? null : label(scrub(event.request), 500),
  content: content(event.content),
})

type Build = (event: RuntimeEvent, context: EntryContext) => Members

const idOf = (nativeId: string | null, { agentId }: EntryContext) =>
  nativeId === null ? null : sessionIdOf(agentId, nativeId)

const subagentOf: Build = (event, context) => ({
  subagent: idOf(event.subagent, context),
  call: callId(event.call),
  kind: word(event.kind),
})

const triggers = new Set(['auto', 'manual'])

const builders: Record<EventType, Build> = {
  'session.started': (event, context) => ({
    cause: word(event.cause),
    parent: idOf(event.parent, context),
    model: word(event.model),
    mode: word(event.mode),
    entrypoint: word(event.entrypoint),
    version: word(event.version),
  }),
  'session.ended': (event) => ({ cause: word(event.cause) }),
  'tool.called': callOf,
  'tool.finished': (event) => ({
    ...callOf(event),
    outcome: event.outcome ?? 'unknown',
    durationMs: whole(event.durationMs),
  }),
  'tool.refused': (event) => ({ ...callOf(event), by: event.by ?? 'unknown' }),
  'permission.asked': callOf,
  'permission.answered': (event) => ({
    ...callOf(event),
    by: event.by ?? 'unknown',
    durationMs: whole(event.durationMs),
  }),
  'mode.changed': (event) => ({ from: word(event.from), to: word(event.mode) ?? 'unknown' }),
  'subagent.started': (event, context) => ({ ...subagentOf(event, context), model: word(event.model) }),
  'subagent.finished': (event, context) => ({
    ...subagentOf(event, context),
    outcome: event.outcome ?? 'unknown',
    durationMs: whole(event.durationMs),
  }),
  'context.compacted': (event) => ({
    trigger: event.cause !== null && triggers.has(event.cause) ? event.cause : 'unknown',
    tokensBefore: whole(event.tokensBefore),
    tokensAfter: whole(event.tokensAfter),
  }),
  'model.failed': (event) => ({
    kind: word(event.kind) ?? 'unknown',
    status: event.status !== null && event.status >= 100 && event.status <= 599 ? whole(event.status) : null,
    model: word(event.model),
    attempt: whole(event.attempt),
    content: content(event.content),
  }),
}

/**
 * What may be written down and sent about an event. TRUST BOUNDARY: every text is scrubbed, members above the level
 * are left out, and the result conforms to the published schema.
 */
export const toEntry = (event: RuntimeEvent, context: EntryContext): EntryParts => {
  const { type, atMs, decision, nativeId } = event
  const common = { session: sessionIdOf(context.agentId, nativeId), imported: context.imported }
  const members: Members = { ...common, ...builders[type](event, context) }
  const known: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(atLevel(members, context.level)))
    if (value !== null && value !== undefined) known[name] = value
  return { type, v: eventSchemas[type].v, atMs, decision, payload: known }
}
