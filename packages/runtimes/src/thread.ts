import { createFolded, grown } from './bounds.ts'
import { hash } from './hash.ts'
import type { SessionFacts } from './runtime.ts'
import type { Call, Mark, Pending, Thread } from './thread-state.ts'

export const createThread = (id: string, kind: SessionFacts['kind'], parent: string | null): Thread => ({
  id,
  parent,
  kind,
  scope: '',
  borrowed: false,
  firstMs: null,
  lastMs: null,
  phase: 'idle',
  phaseMs: null,
  model: null,
  version: null,
  entrypoint: null,
  mode: null,
  cwd: null,
  repository: null,
  branch: null,
  prompted: kind === 'subagent',
  pending: [],
  streak: null,
  calls: {},
  marks: {},
  costs: [],
  folded: createFolded(),
  starts: 0,
  running: false,
  modes: 0,
  open: [],
  told: {},
  requests: {},
})

/** Last activity is the latest time any row states; file order does not matter. */
export const touch = (thread: Thread, ms: number | null): void => {
  if (ms === null) return
  thread.firstMs ??= ms
  thread.lastMs = Math.max(thread.lastMs ?? ms, ms)
}

/** A sub-agent that stops has ended: nobody will prompt it again. */
export const setPhase = (thread: Thread, phase: SessionFacts['phase'], ms: number | null): void => {
  const next = phase === 'idle' && thread.kind === 'subagent' ? 'ended' : phase
  if (next !== 'working') thread.pending = []
  if (thread.phase === next && thread.phaseMs !== null) return
  thread.phase = next
  thread.phaseMs = ms ?? thread.lastMs
}

/** True when this fact was not known yet. */
export const addMark = (thread: Thread, mark: Mark, key: string): boolean => {
  const slot = hash(`${mark}|${key}`)
  if (Object.hasOwn(thread.marks, slot)) return false
  thread.marks[slot] = mark
  grown(thread, 'marks')
  return true
}

/** A person's prompt starts a turn: nothing of the turn before is pending or repeating any more. */
export const addPrompt = (thread: Thread, key: string, ms: number | null): void => {
  thread.prompted = true
  if (thread.kind === 'main') addMark(thread, 'prompt', key)
  thread.pending = []
  thread.streak = null
  setPhase(thread, 'working', ms)
}

/** The same call again (same key) replaces what was known of it: the last row has the final numbers. */
export const addCall = (thread: Thread, key: string, call: Call): void => {
  const slot = hash(key)
  const known = Object.hasOwn(thread.calls, slot) ? thread.calls[slot] : undefined
  if (known !== undefined) call[0] = known[0]
  thread.calls[slot] = call
  if (known === undefined) grown(thread, 'calls')
}

export interface ToolRequest {
  /** The runtime's id of this tool call. */
  readonly call: string
  /** The same, made unique across unrelated sessions. */
  readonly key: string
  readonly name: string
  readonly request: string | null
  readonly input: unknown
  readonly ms: number | null
  readonly gated?: boolean
}

const pendingLimit = 64

/** True when this call was not known yet. */
export const toolAsked = (thread: Thread, tool: ToolRequest): boolean => {
  if (!addMark(thread, 'tool', tool.key)) return false
  const input = hash(`${tool.name}|${JSON.stringify(tool.input) ?? ''}`)
  const again = thread.streak?.input === input ? thread.streak.count : 0
  thread.streak = { input, tool: tool.name, request: tool.request, count: again + 1 }
  if (thread.pending.length >= pendingLimit) thread.pending.shift()
  const { name, request, ms, gated = false } = tool
  thread.pending.push({ key: hash(tool.call), name, request, ms, gated })
  setPhase(thread, 'working', ms)
  return true
}

/** Takes the answered call out of the pending ones and returns it; null when it was not pending. */
export const toolAnswered = (thread: Thread, call: string): Pending | null => {
  const key = hash(call)
  const found = thread.pending.find((pending) => pending.key === key)
  if (found === undefined) return null
  thread.pending = thread.pending.filter((pending) => pending !== found)
  return found
}
