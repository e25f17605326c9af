import type { EventType } from '@watchbill/contract/events'
import type { Emit, RuntimeEvent } from './runtime.ts'
import { addMark } from './thread.ts'
import type { Thread } from './thread-state.ts'

/** One row being read: whose it is, when it was written, and who listens. */
export interface Moment {
  readonly runtime: string
  readonly thread: Thread
  readonly ms: number | null
  readonly emit: Emit | undefined
  /** Put before keys that are unique within it only: a session or family of forks; empty where keys are unique. */
  readonly scope: string
}

type Fields = Partial<Omit<RuntimeEvent, 'type' | 'key' | 'atMs'>>

/** `name` stands in the key: the type, or the one word that types excluding each other share. */
export const tell = (at: Moment, type: EventType, key: string, fields: () => Fields, name: string = type) => {
  if (at.emit === undefined) return
  const whole = `${at.runtime} ${name} ${at.scope}${key}`.slice(0, 400)
  const said = fields()
  // Written out: spreading a template takes three times as long, and imports tell of 100,000s of calls.
  at.emit({
    type,
    key: whole,
    atMs: at.ms,
    nativeId: said.nativeId ?? at.thread.id,
    decision: said.decision ?? null,
    call: said.call ?? null,
    tool: said.tool ?? null,
    request: said.request ?? null,
    content: said.content ?? null,
    outcome: said.outcome ?? null,
    durationMs: said.durationMs ?? null,
    by: said.by ?? null,
    cause: said.cause ?? null,
    parent: said.parent ?? null,
    subagent: said.subagent ?? null,
    kind: said.kind ?? null,
    model: said.model ?? null,
    mode: said.mode ?? null,
    from: said.from ?? null,
    entrypoint: said.entrypoint ?? null,
    version: said.version ?? null,
    tokensBefore: said.tokensBefore ?? null,
    tokensAfter: said.tokensAfter ?? null,
    status: said.status ?? null,
    attempt: said.attempt ?? null,
  })
}

interface Start {
  readonly cause?: string | null
  readonly parent?: string | null
  readonly kind?: string | null
  readonly call?: string | null
}

/** A session or sub-agent has begun, or goes on after its end. Told once until `finish`; the n-th has its own key. */
export const begin = (row: Moment, { cause = null, parent = null, kind = null, call = null }: Start = {}) => {
  const at = { ...row, scope: '' }
  const { thread } = at
  if (thread.running) return
  thread.running = true
  thread.starts += 1
  const key = `${thread.id}|${thread.starts}`
  if (thread.kind === 'subagent')
    tell(at, 'subagent.started', key, () => ({
      nativeId: thread.parent ?? thread.id,
      subagent: thread.id,
      kind,
      call,
      model: thread.model,
    }))
  else
    tell(at, 'session.started', key, () => ({
      cause: cause ?? (thread.starts > 1 ? 'resume' : null),
      parent,
      model: thread.model,
      mode: thread.mode,
      entrypoint: thread.entrypoint,
      version: thread.version,
    }))
}

type Finish = Pick<Fields, 'cause' | 'kind' | 'call' | 'outcome' | 'durationMs'>

/** The end of what `begin` told; nothing when it has ended already. */
export const finish = (row: Moment, fields: Finish = {}): void => {
  const at = { ...row, scope: '' }
  const { thread } = at
  if (!thread.running) return
  thread.running = false
  const key = `${thread.id}|${thread.starts}`
  if (thread.kind === 'subagent') {
    const { kind = null, call = null, outcome = 'unknown', durationMs = null } = fields
    const nativeId = thread.parent ?? thread.id
    const more = { nativeId, subagent: thread.id, kind, call, outcome, durationMs }
    tell(at, 'subagent.finished', key, () => more)
  } else tell(at, 'session.ended', key, () => ({ cause: fields.cause ?? null }))
}

/** Keeps the permission mode; a change is told, the first word of it is not one. `key` when the row has an own id. */
export const setMode = (at: Moment, mode: string | null, key: string | null): void => {
  const { thread } = at
  const from = thread.mode
  if (mode === null || mode === from) return
  thread.mode = mode
  if (from === null) return
  thread.modes += 1
  tell(at, 'mode.changed', key ?? `${thread.id}|${thread.modes}`, () => ({ from, mode }))
}

export const compacted = (
  at: Moment,
  key: string,
  fields: Pick<Fields, 'cause' | 'tokensBefore' | 'tokensAfter'>,
): void => {
  if (addMark(at.thread, 'compaction', key)) tell(at, 'context.compacted', key, () => fields)
}

/** A model call that failed; counted and told once. */
export const failed = (
  at: Moment,
  key: string,
  fields: Pick<Fields, 'kind' | 'status' | 'attempt' | 'content'>,
): void => {
  const { thread } = at
  if (addMark(thread, 'error', key)) tell(at, 'model.failed', key, () => ({ model: thread.model, ...fields }))
}
