import { countUnknown, countUnread, createFile, type FileState, threadIn } from '../file.ts'
import { mergeSessions } from '../merge.ts'
import { countAt, instantAt, labelAt, parseRow, type Row, rawAt, rowAt, valueAt } from '../row.ts'
import type { SessionFormat } from '../runtime.ts'
import { toolRequest } from '../shell.ts'
import {
  addCall,
  addMark,
  addPrompt,
  type Call,
  setPhase,
  type Thread,
  toolAnswered,
  toolAsked,
  touch,
} from '../thread.ts'

const initial = (path: string): FileState => createFile(/([^/]+)\/events\.jsonl$/.exec(path)?.[1] ?? null)

/** Rows with an `agentId` are a sub-agent's, in its parent's file. */
const threadOf = (file: FileState, row: Row): Thread => {
  const main = file.sessionId ?? 'unknown'
  const agent = labelAt(row, 'agentId', 90)
  const thread =
    agent === null ? threadIn(file, main, 'main', null) : threadIn(file, `${main}/${agent}`, 'subagent', main)
  thread.scope = main
  return thread
}

const readContext = (thread: Thread, data: Row): void => {
  const context = rowAt(data, 'context')
  thread.cwd ??= labelAt(context, 'cwd', 1000)
  thread.branch = labelAt(context, 'branch', 200) ?? thread.branch
  thread.repository = labelAt(context, 'repository', 200) ?? thread.repository
  thread.version = labelAt(data, 'copilotVersion', 60) ?? thread.version
  thread.entrypoint = labelAt(data, 'producer', 60) ?? thread.entrypoint
  thread.model = labelAt(data, 'selectedModel') ?? thread.model
}

/** §4.3: input includes the cache; output includes reasoning. `cost` is in premium requests, not money. */
const readUsage = (thread: Thread, data: Row, ms: number | null): void => {
  const usage = rowAt(data, 'usage')
  const input = countAt(usage, 'inputTokens')
  const output = countAt(usage, 'outputTokens')
  const cacheRead = countAt(usage, 'cacheReadTokens')
  const cacheWrite = countAt(usage, 'cacheWriteTokens')
  const reasoning = countAt(usage, 'reasoningTokens')
  const uncached = input === null ? null : Math.max(0, input - (cacheRead ?? 0) - (cacheWrite ?? 0))
  const visible = output === null ? null : Math.max(0, output - (reasoning ?? 0))
  const call: Call = [ms, uncached, cacheRead, cacheWrite, visible, reasoning]
  addCall(thread, rawAt(usage, 'apiCallId') ?? `${ms}`, call)
  thread.model = labelAt(usage, 'model') ?? thread.model
}

const readToolStart = (thread: Thread, data: Row, ms: number | null): void => {
  const call = rawAt(data, 'toolCallId') ?? `${ms}`
  const name = labelAt(data, 'toolName') ?? 'tool'
  const input = valueAt(data, 'arguments')
  toolAsked(thread, { call, key: call, name, request: toolRequest(name, input), input, ms })
}

const readToolEnd = (thread: Thread, data: Row, ms: number | null): void => {
  const call = rawAt(data, 'toolCallId') ?? ''
  const exitCode = valueAt(rowAt(data, 'shellExecution'), 'exitCode')
  const failed = valueAt(data, 'success') === false || (typeof exitCode === 'number' && exitCode !== 0)
  toolAnswered(thread, call)
  if (/den(y|ied)|reject/i.test(rawAt(rowAt(data, 'error'), 'code') ?? '')) addMark(thread, 'denial', call)
  else if (failed) addMark(thread, 'failure', call)
  setPhase(thread, 'working', ms)
}

type Read = (thread: Thread, data: Row, ms: number | null, id: string) => void

const idle: Read = (thread, _data, ms) => setPhase(thread, 'idle', ms)
const ended: Read = (thread, _data, ms) => setPhase(thread, 'ended', ms)

const readers: Record<string, Read> = {
  'session.start': readContext,
  'session.resume': (thread, data, ms) => {
    readContext(thread, data)
    setPhase(thread, 'idle', ms)
  },
  'session.model_change': (thread, data) => {
    thread.model = labelAt(data, 'newModel') ?? thread.model
  },
  'session.usage_record': readUsage,
  'session.error': (thread, _data, ms, id) => {
    addMark(thread, 'error', id)
    setPhase(thread, 'idle', ms)
  },
  'session.shutdown': ended,
  'session.idle': idle,
  abort: idle,
  'user.message': (thread, data, ms, id) => addPrompt(thread, rawAt(data, 'messageId') ?? id, ms),
  'assistant.turn_start': (thread, _data, ms) => setPhase(thread, 'working', ms),
  // A turn here is one model call with its tools: over for good when the answer asked for none.
  'assistant.message': (thread, data, ms) => {
    const asks = valueAt(data, 'toolRequests')
    setPhase(thread, Array.isArray(asks) && asks.length === 0 ? 'idle' : 'working', ms)
  },
  'tool.execution_start': readToolStart,
  'tool.execution_complete': readToolEnd,
  'subagent.completed': ended,
  'subagent.failed': ended,
}

const quiet =
  /^(assistant\.(turn_end|intent|reasoning|usage|message_delta)|hook\.|system\.|session\.(info|warning|compaction|mode|plan|title|context|truncation|snapshot|task|workspace|handoff|remote|permissions|todos|binary_asset|start_)|subagent\.(started|configured|selected|deselected)|tool\.|skill\.|permission\.|command\.|external_tool\.|user_input\.|elicitation\.|pending_messages)/

const apply = (file: FileState, line: string): void => {
  const row = parseRow(line)
  if (row === null) {
    countUnread(file, 'damaged line')
    return
  }
  const type = rawAt(row, 'type')
  const data = rowAt(row, 'data')
  if (type === 'session.start') file.sessionId ??= labelAt(data, 'sessionId', 100)
  const read = type !== null && Object.hasOwn(readers, type) ? readers[type] : undefined
  if (read === undefined && (type === null || !quiet.test(type))) {
    countUnknown(file, type)
    return
  }
  const thread = threadOf(file, row)
  const ms = instantAt(row, 'timestamp')
  touch(thread, ms)
  read?.(thread, data, ms, rawAt(row, 'id') ?? `${ms}`)
}

/** Copilot CLI events, `session-state/<session>/events.jsonl`, append-only (reference §3). */
export const copilotCli: SessionFormat<FileState> = {
  runtime: 'copilot-cli',
  name: 'Copilot CLI',
  stateVersion: 1,
  roots: [{ env: null, home: '.copilot', sub: 'session-state' }],
  matches: (path) => /^[^/]+\/events\.jsonl$/.test(path),
  initial,
  apply,
  unread: (file) => file.unread,
  sessions: (files) => mergeSessions(files.values()),
}
