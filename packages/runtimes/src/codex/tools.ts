import { contentOf, openCall, permissionAsked, toolCalled, toolDecided, toolFinished } from '../calls.ts'
import type { Moment } from '../moment.ts'
import { countAt, idAt, isRow, labelAt, parseRow, type Row, rawAt, rowAt, valueAt } from '../row.ts'
import { toolRequest } from '../shell.ts'
import { addMark } from '../thread.ts'

/** Longest beginning of a tool's output that is looked at for its exit code. */
const headLength = 400

const inputOf = (call: Row): unknown => {
  const text = rawAt(call, 'arguments') ?? rawAt(call, 'input')
  return text === null ? rowAt(call, 'action') : (parseRow(text) ?? text)
}

/** Codex asks a person before it leaves the sandbox; approvals are not in the rollout, but the wish is. */
const gated = (input: unknown): boolean =>
  isRow(input) &&
  (input.sandbox_permissions === 'require_escalated' || input.with_escalated_permissions === true)

const readAsk = (at: Moment, item: Row): void => {
  const call = idAt(item, 'call_id') ?? idAt(item, 'id') ?? `${at.ms}`
  const shell = valueAt(item, 'type') === 'local_shell_call'
  const search = valueAt(item, 'type') === 'web_search_call'
  const name = shell ? 'local_shell' : search ? 'web_search' : (labelAt(item, 'name') ?? 'tool')
  const input = inputOf(item)
  const request = toolRequest(name, input)
  toolCalled(at, { call, key: call, name, request, input, ms: at.ms, gated: gated(input) })
  // Nobody is asked where the policy says never: such a wish is refused by itself.
  if (gated(input) && at.thread.mode !== 'never') permissionAsked(at, { call })
  // The model's own search has no result row.
  if (search) toolFinished(at, { call, outcome: 'unknown' })
}

const readAnswer = (at: Moment, answer: Row): void => {
  const call = idAt(answer, 'call_id') ?? ''
  const output = valueAt(answer, 'output')
  const text = typeof output === 'string' ? output : (rawAt(rowAt(answer, 'output'), 'content') ?? '')
  const head = text.slice(0, headLength)
  const byRule = /; reject command\b/.test(head)
  // A wish to leave the sandbox that was never run and came back aborted was refused by the person.
  const aborted = openCall(at.thread, call)?.gated === true && /\baborted by user\b/.test(head)
  const denied = byRule || aborted || /\brejected by user\b/.test(head)
  const code = /exited with code (-?\d+)|"exit_code": ?(-?\d+)|^Exit code: (-?\d+)/.exec(head)
  const failed =
    (code !== null && (code[1] ?? code[2] ?? code[3]) !== '0') ||
    head.startsWith('unsupported ') ||
    valueAt(rowAt(answer, 'output'), 'success') === false
  if (denied) toolDecided(at, { call }, 'deny', byRule ? 'rule' : 'person')
  if (denied) addMark(at.thread, 'denial', call)
  else if (failed) addMark(at.thread, 'failure', call)
  // A command that goes on in the background is over when its item says so.
  if (!denied && code === null && /\brunning with session ID\b/.test(head)) return
  const interrupted = /\baborted by user\b/.test(head)
  const outcome = denied ? 'denied' : failed ? 'error' : interrupted ? 'unknown' : 'ok'
  toolFinished(at, { call, outcome, content: text })
}

const asks = new Set([
  'function_call',
  'custom_tool_call',
  'local_shell_call',
  'web_search_call',
  'mcp_tool_call',
])
const answers = new Set(['function_call_output', 'custom_tool_call_output', 'mcp_tool_call_output'])

/** A tool call or its result among the response items; false when it is neither. */
export const readToolRow = (at: Moment, item: Row): boolean => {
  const type = rawAt(item, 'type') ?? ''
  if (asks.has(type)) readAsk(at, item)
  else if (answers.has(type)) readAnswer(at, item)
  else return false
  return true
}

const durationOf = (item: Row): number | null => {
  const duration = rowAt(item, 'duration')
  const secs = countAt(duration, 'secs')
  return secs === null ? null : secs * 1000 + Math.round((countAt(duration, 'nanos') ?? 0) / 1e6)
}

/** Kinds of items that stand for a tool call, and whether running one needs Codex's own leave (wire `tool_decision`). */
const kinds: Record<string, { readonly tool: string; readonly decided: boolean }> = {
  CommandExecution: { tool: 'exec_command', decided: true },
  FileChange: { tool: 'apply_patch', decided: true },
  McpToolCall: { tool: 'mcp', decided: false },
}

/** What ran, as Codex sees it: its exit code or refusal. The call itself is counted where the model asked for it. */
export const readToolItem = (at: Moment, item: Row): void => {
  const call = idAt(item, 'id')
  const type = rawAt(item, 'type') ?? ''
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  const status = valueAt(item, 'status')
  if (call === null || kind === undefined) return
  if (status === 'failed' || status === 'declined')
    addMark(at.thread, status === 'failed' ? 'failure' : 'denial', call)
  const about = { call, tool: kind.tool }
  const person = openCall(at.thread, call)?.gated === true && at.thread.mode !== 'never'
  if (status === 'declined') toolDecided(at, about, 'deny', person ? 'person' : 'unknown')
  else if (kind.decided && (status === 'completed' || status === 'failed'))
    toolDecided(at, about, 'allow', person ? 'person' : 'rule')
  else if (status !== 'completed' && status !== 'failed') return
  const outcome = status === 'declined' ? 'denied' : status === 'failed' ? 'error' : 'ok'
  const content = contentOf(valueAt(item, 'aggregated_output'))
  toolFinished(at, { ...about, outcome, durationMs: durationOf(item), content })
}
