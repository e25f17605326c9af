import * as z from 'zod/mini'
import { SessionId, text } from './values.ts'

/** How much of an event leaves its machine (SECURITY "Payload levels"); each level holds what the one before it holds. */
export const payloadLevels = ['none', 'request', 'content'] as const
export const PayloadLevel = z.enum(payloadLevels)
export type PayloadLevel = z.infer<typeof PayloadLevel>

/** What a policy, a person or the runtime decided; stands in the header, so it can be neither redacted nor erased. */
export const decisions = ['allow', 'ask', 'deny'] as const
export const Decision = z.enum(decisions)
export type Decision = z.infer<typeof Decision>

/** How a call or a sub-agent ended; `unknown` when the runtime does not say. */
export const Outcome = z.enum(['ok', 'error', 'denied', 'unknown'])
export type Outcome = z.infer<typeof Outcome>

/** Who decided: a person, a rule of the runtime or of ours, a hook, or nobody says. */
export const DecidedBy = z.enum(['person', 'rule', 'hook', 'unknown'])
export type DecidedBy = z.infer<typeof DecidedBy>

/** A name or a word of the runtime: never a sentence somebody wrote. */
const word = text(120).check(z.minLength(1))
const whole = z.int().check(z.minimum(0))

/**
 * Members that leave the machine only from this payload level on; all others are metadata and stand at every level.
 * `request` is program, subcommand, relative path or host, scrubbed of secrets; `content` is text as the runtime wrote it.
 */
export const memberLevels = { request: 'request', content: 'content' } as const satisfies Record<
  string,
  PayloadLevel
>

/** Every event says which session it belongs to, and whether it was read from rows older than the daemon's own watch. */
const common = {
  session: SessionId,
  /** True: unchanged since it was imported, which says nothing of the time before. */
  imported: z.boolean(),
}

/** A tool call. A member that is not known, or above the machine's payload level, is absent. */
const call = {
  ...common,
  /** The runtime's own id of the call, opaque: joins asked, answered, called and finished. */
  call: z.optional(text(200).check(z.minLength(1))),
  tool: word,
  request: z.optional(text(500)),
  content: z.optional(text(20_000)),
}

/**
 * The published table of events: type, schema version (`v` in the header), the header decisions the type may carry
 * (null: none), and the payload. Payloads are flat objects of at most 32 members. A changed meaning is a new version.
 */
export const eventSchemas = {
  'session.started': {
    v: 1,
    decisions: [null],
    payload: z.strictObject({
      ...common,
      /** `startup`, `resume`, `clear`: the runtime's word. */
      cause: z.optional(word),
      parent: z.optional(SessionId),
      model: z.optional(word),
      mode: z.optional(word),
      entrypoint: z.optional(word),
      version: z.optional(word),
    }),
  },
  'session.ended': {
    v: 1,
    decisions: [null],
    payload: z.strictObject({ ...common, cause: z.optional(word) }),
  },
  'tool.called': {
    v: 1,
    decisions: [null, 'allow'],
    payload: z.strictObject(call),
  },
  'tool.finished': {
    v: 1,
    decisions: [null],
    payload: z.strictObject({ ...call, outcome: Outcome, durationMs: z.optional(whole) }),
  },
  'tool.refused': {
    v: 1,
    decisions: ['deny'],
    payload: z.strictObject({ ...call, by: DecidedBy }),
  },
  'permission.asked': {
    v: 1,
    decisions: ['ask'],
    payload: z.strictObject(call),
  },
  'permission.answered': {
    v: 1,
    decisions: ['allow', 'deny'],
    payload: z.strictObject({ ...call, by: DecidedBy, durationMs: z.optional(whole) }),
  },
  'mode.changed': {
    v: 1,
    decisions: [null],
    payload: z.strictObject({ ...common, from: z.optional(word), to: word }),
  },
  'subagent.started': {
    v: 1,
    decisions: [null],
    payload: z.strictObject({
      ...common,
      /** The sub-agent's own session, where it has one. */
      subagent: z.optional(SessionId),
      call: call.call,
      kind: z.optional(word),
      model: z.optional(word),
    }),
  },
  'subagent.finished': {
    v: 1,
    decisions: [null],
    payload: z.strictObject({
      ...common,
      subagent: z.optional(SessionId),
      call: call.call,
      kind: z.optional(word),
      outcome: Outcome,
      durationMs: z.optional(whole),
    }),
  },
  'context.compacted': {
    v: 1,
    decisions: [null],
    payload: z.strictObject({
      ...common,
      trigger: z.enum(['auto', 'manual', 'unknown']),
      tokensBefore: z.optional(whole),
      tokensAfter: z.optional(whole),
    }),
  },
  'model.failed': {
    v: 1,
    decisions: [null],
    payload: z.strictObject({
      ...common,
      /** `rate_limit`, `overloaded`, `server_error`: the runtime's word, else `unknown`. */
      kind: word,
      /** HTTP status, where the runtime wrote one. */
      status: z.optional(z.int().check(z.minimum(100), z.maximum(599))),
      model: z.optional(word),
      /** Counted from 1. */
      attempt: z.optional(whole),
      content: call.content,
    }),
  },
} as const satisfies Record<string, EventSchema>

interface EventSchema {
  readonly v: number
  readonly decisions: readonly (Decision | null)[]
  readonly payload: z.ZodMiniType
}

export type EventType = keyof typeof eventSchemas
export type EventPayload<T extends EventType = EventType> = z.infer<(typeof eventSchemas)[T]['payload']>
export const eventTypes = Object.keys(eventSchemas).filter((type): type is EventType =>
  Object.hasOwn(eventSchemas, type),
)
export const isEventType = (type: string): type is EventType => Object.hasOwn(eventSchemas, type)

/** The payload without the members above `level`; unknown members stand, for the schema to refuse. */
export const atLevel = <P extends object>(payload: P, level: PayloadLevel): Partial<P> => {
  const rank = (name: PayloadLevel) => payloadLevels.indexOf(name)
  const needed = new Map<string, PayloadLevel>(Object.entries(memberLevels))
  const kept = Object.entries(payload).filter(([name]) => rank(needed.get(name) ?? 'none') <= rank(level))
  return asPartial<P>(Object.fromEntries(kept))
}

/** Members were only left out, which Object.fromEntries does not say. */
const asPartial = <P extends object>(value: object) => value as Partial<P>
