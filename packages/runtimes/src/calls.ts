import type { DecidedBy, Outcome } from '@watchbill/contract/events'
import { grown } from './bounds.ts'
import { hash } from './hash.ts'
import { type Moment, tell } from './moment.ts'
import { type ToolRequest, toolAnswered, toolAsked } from './thread.ts'
import type { OpenCall, Thread } from './thread-state.ts'

/** What of one call was told already. */
const asked = 1
const decided = 2
const finished = 4

const openLimit = 256
const contentLimit = 16_384

/** Cuts before the last word, so that no half of a key escapes the scrubber; a word is at most 512 long here. */
const cutOf = (text: string): string => {
  let end = contentLimit
  while (end > contentLimit - 512 && !/\s/.test(text.charAt(end))) end -= 1
  return text.slice(0, end)
}

/** Foreign data as text, cut; null when there is none. */
export const contentOf = (value: unknown): string | null => {
  if (value === undefined || value === null || value === '') return null
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > contentLimit ? cutOf(text) : text
}

const setTold = (thread: Thread, slot: string, facts: number): void => {
  const isNew = !Object.hasOwn(thread.told, slot)
  thread.told[slot] = facts
  if (isNew) grown(thread, 'told')
}

/** True the first time for this fact of this call. */
const first = (thread: Thread, call: string, fact: number): boolean => {
  const slot = hash(call)
  const known = Object.hasOwn(thread.told, slot) ? (thread.told[slot] ?? 0) : 0
  if ((known & fact) !== 0) return false
  setTold(thread, slot, known | fact)
  return true
}

export const openCall = (thread: Thread, call: string): OpenCall | null =>
  thread.open.find((one) => one.call === call) ?? null

/** Words for a call whose asking row is not among those read: cut off, or more than 256 calls ago. */
const orphan = (at: Moment, call: string, tool: string | null, key: string | null): OpenCall => ({
  call,
  key: key ?? `${at.thread.id}|${call}`,
  origin: at.thread.id,
  name: tool ?? 'unknown',
  request: null,
  ms: null,
  gated: false,
})

const wordsOf = ({ call, name, request, origin }: OpenCall) => ({
  nativeId: origin,
  call,
  tool: name,
  request,
})

/** The model asked for a tool. `origin`: the session that did, where the row is a copy. */
export const toolCalled = (at: Moment, tool: ToolRequest, origin: string = at.thread.id): void => {
  const { thread } = at
  if (!toolAsked(thread, tool)) return
  const { call, key, name, request, ms, gated = false } = tool
  setTold(thread, hash(call), 0)
  thread.open = [
    ...thread.open.filter((one) => one.call !== call),
    { call, key, origin, name, request, ms, gated },
  ]
  if (thread.open.length > openLimit) thread.open.shift()
  const content = () => contentOf(tool.input)
  tell(at, 'tool.called', key, () => ({ nativeId: origin, call, tool: name, request, content: content() }))
}

interface About {
  readonly call: string
  /** Where the asking row is unknown: the tool and the key it would have had. */
  readonly tool?: string | null
  readonly key?: string | null
}

const find = (at: Moment, { call, tool = null, key = null }: About) =>
  openCall(at.thread, call) ?? orphan(at, call, tool, key)

/** A person is asked before the call runs. `ms`: when, if not now. */
export const permissionAsked = (at: Moment, about: About, ms: number | null = at.ms): void => {
  if (!first(at.thread, about.call, asked)) return
  const one = find(at, about)
  tell({ ...at, ms }, 'permission.asked', one.key, () => ({ ...wordsOf(one), decision: 'ask' }))
}

/**
 * Whether the call may run: exactly one event per call. A no that nobody was asked for is a refusal; every other
 * answer is an answer, also a rule's yes.
 */
export const toolDecided = (at: Moment, about: About, decision: 'allow' | 'deny', by: DecidedBy): void => {
  const one = find(at, about)
  if (by === 'person') permissionAsked(at, about, one.ms)
  const wasAsked = !first(at.thread, about.call, asked)
  if (!first(at.thread, about.call, decided)) return
  const type = decision === 'deny' && !wasAsked ? 'tool.refused' : 'permission.answered'
  tell(at, type, one.key, () => ({ ...wordsOf(one), decision, by }), 'decision')
}

interface Result extends About {
  readonly outcome: Outcome
  readonly durationMs?: number | null
  readonly content?: unknown
}

/** The result, whenever it comes; a second one of the same call is none. */
export const toolFinished = (at: Moment, result: Result): void => {
  const { thread } = at
  toolAnswered(thread, result.call)
  if (!first(thread, result.call, finished)) return
  const one = find(at, result)
  thread.open = thread.open.filter((other) => other.call !== result.call)
  const { outcome, durationMs = null } = result
  const content = () => contentOf(result.content)
  tell(at, 'tool.finished', one.key, () => ({ ...wordsOf(one), outcome, durationMs, content: content() }))
}
