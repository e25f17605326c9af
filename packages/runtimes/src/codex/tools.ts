import { isRow, labelAt, parseRow, type Row, rawAt, rowAt, valueAt } from '../row.ts'
import { toolRequest } from '../shell.ts'
import { addMark, type Thread, toolAnswered, toolAsked } from '../thread.ts'

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

const readAsk = (thread: Thread, call: Row, ms: number | null): void => {
  const id = rawAt(call, 'call_id') ?? rawAt(call, 'id') ?? `${ms}`
  const shell = valueAt(call, 'type') === 'local_shell_call'
  const search = valueAt(call, 'type') === 'web_search_call'
  const name = shell ? 'local_shell' : search ? 'web_search' : (labelAt(call, 'name') ?? 'tool')
  const input = inputOf(call)
  toolAsked(thread, {
    call: id,
    key: id,
    name,
    request: toolRequest(name, input),
    input,
    ms,
    gated: gated(input),
  })
  // The model's own search has no result row.
  if (search) toolAnswered(thread, id)
}

const readAnswer = (thread: Thread, answer: Row): void => {
  const id = rawAt(answer, 'call_id') ?? ''
  const output = valueAt(answer, 'output')
  const text = typeof output === 'string' ? output : (rawAt(rowAt(answer, 'output'), 'content') ?? '')
  const head = text.slice(0, headLength)
  const pending = toolAnswered(thread, id)
  const refused = /\brejected by user\b|; reject command\b/.test(head)
  // A wish to leave the sandbox that was never run and came back aborted was refused by the person.
  const aborted = pending?.gated === true && /\baborted by user\b/.test(head)
  const code = /exited with code (-?\d+)|"exit_code": ?(-?\d+)|^Exit code: (-?\d+)/.exec(head)
  const failed = code !== null && (code[1] ?? code[2] ?? code[3]) !== '0'
  if (refused || aborted) addMark(thread, 'denial', id)
  else if (failed || head.startsWith('unsupported ') || valueAt(rowAt(answer, 'output'), 'success') === false)
    addMark(thread, 'failure', id)
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
export const readToolRow = (thread: Thread, item: Row, ms: number | null): boolean => {
  const type = rawAt(item, 'type') ?? ''
  if (asks.has(type)) readAsk(thread, item, ms)
  else if (answers.has(type)) readAnswer(thread, item)
  else return false
  return true
}

/** What ran, as Codex sees it: its exit code or refusal. The call itself is counted where the model asked for it. */
export const readToolItem = (thread: Thread, item: Row): void => {
  const id = rawAt(item, 'id')
  const status = valueAt(item, 'status')
  if (id === null || (status !== 'failed' && status !== 'declined')) return
  if (/^(CommandExecution|FileChange|McpToolCall)$/.test(rawAt(item, 'type') ?? ''))
    addMark(thread, status === 'failed' ? 'failure' : 'denial', id)
}
