import { contentOf, permissionAsked, toolCalled, toolDecided, toolFinished } from '../calls.ts'
import { countUnknown, countUnread, createFile, type FileState, threadIn } from '../file.ts'
import { hash } from '../hash.ts'
import { mergeSessions } from '../merge.ts'
import { begin, compacted, failed, finish, type Moment, setMode } from '../moment.ts'
import { countAt, idAt, instantAt, labelAt, parseRow, type Row, rawAt, rowAt, valueAt } from '../row.ts'
import type { Emit, SessionFormat } from '../runtime.ts'
import { toolRequest } from '../shell.ts'
import { addCall, addMark, addPrompt, setPhase, touch } from '../thread.ts'
import type { Call, Thread } from '../thread-state.ts'

const runtime = 'copilot-cli'
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

const readToolStart: Read = (at, data) => {
  const call = idAt(data, 'toolCallId') ?? `${at.ms}`
  const name = labelAt(data, 'toolName') ?? 'tool'
  const input = valueAt(data, 'arguments')
  toolCalled(at, { call, key: call, name, request: toolRequest(name, input), input, ms: at.ms })
}

const denial = /den(y|ied)|reject/i

const decidedBy = (words: string) => (/interactive|by[- ]user/i.test(words) ? 'person' : 'rule')

const readToolEnd: Read = (at, data) => {
  const call = idAt(data, 'toolCallId') ?? ''
  const error = rowAt(data, 'error')
  const code = rawAt(error, 'code') ?? ''
  const exitCode = valueAt(rowAt(data, 'shellExecution'), 'exitCode')
  const failure = valueAt(data, 'success') === false || (typeof exitCode === 'number' && exitCode !== 0)
  const denied = denial.test(code)
  if (denied) {
    addMark(at.thread, 'denial', call)
    toolDecided(at, { call }, 'deny', decidedBy(`${code} ${(rawAt(error, 'message') ?? '').slice(0, 200)}`))
  } else if (failure) addMark(at.thread, 'failure', call)
  const content = rawAt(rowAt(data, 'result'), 'content') ?? rawAt(error, 'message')
  toolFinished(at, { call, outcome: denied ? 'denied' : failure ? 'error' : 'ok', content })
  setPhase(at.thread, 'working', at.ms)
}

/** Written by versions that keep permission requests in the file; the call's id stands in the request only. */
const readAsked: Read = (at, data, id) => {
  const call = idAt(rowAt(data, 'permissionRequest'), 'toolCallId')
  if (call === null) return
  const requests = at.thread.requests
  requests[hash(idAt(data, 'requestId') ?? id)] = call
  const [oldest] = Object.keys(requests)
  if (oldest !== undefined && Object.keys(requests).length > requestLimit) delete requests[oldest]
  permissionAsked(at, { call })
}

const requestLimit = 64

const readAnswered: Read = (at, data, id) => {
  const slot = hash(idAt(data, 'requestId') ?? id)
  const { requests } = at.thread
  const call = Object.hasOwn(requests, slot) ? requests[slot] : undefined
  const kind = rawAt(rowAt(data, 'result'), 'kind') ?? ''
  if (call === undefined || kind === '') return
  delete requests[slot]
  const words = decidedBy(kind)
  if (denial.test(kind)) toolDecided(at, { call }, 'deny', words)
  else if (/^approved/.test(kind))
    toolDecided(at, { call }, 'allow', /rule|auto|session|location/i.test(kind) ? 'rule' : 'person')
}

type Read = (at: Moment, data: Row, id: string) => void

const idle: Read = ({ thread, ms }) => setPhase(thread, 'idle', ms)

/** A row that ends a sub-agent or the session. */
const ended =
  (outcome: 'ok' | 'error'): Read =>
  (at, data) => {
    setPhase(at.thread, 'ended', at.ms)
    finish(at, {
      outcome,
      cause: labelAt(data, 'shutdownType'),
      call: idAt(data, 'toolCallId'),
      kind: labelAt(data, 'agentName'),
      durationMs: countAt(data, 'durationMs'),
    })
  }

const readers: Record<string, Read> = {
  'session.start': (at, data) => {
    readContext(at.thread, data)
    begin(at)
  },
  'session.resume': (at, data) => {
    readContext(at.thread, data)
    begin(at, { cause: 'resume' })
    setPhase(at.thread, 'idle', at.ms)
  },
  'session.model_change': ({ thread }, data) => {
    thread.model = labelAt(data, 'newModel') ?? thread.model
  },
  'session.mode_changed': (at, data) => {
    at.thread.mode ??= labelAt(data, 'previousMode', 60)
    setMode(at, labelAt(data, 'newMode', 60), null)
  },
  'session.compaction_complete': (at, data, id) => {
    const tokensBefore = countAt(data, 'preCompactionTokens')
    const tokensAfter = countAt(data, 'postCompactionTokens')
    if (valueAt(data, 'success') !== false) compacted(at, id, { tokensBefore, tokensAfter })
  },
  'session.usage_record': ({ thread, ms }, data) => readUsage(thread, data, ms),
  'session.error': (at, data, id) => {
    const kind = labelAt(data, 'errorType')
    const status = countAt(data, 'statusCode')
    failed(at, id, { kind, status, content: contentOf(valueAt(data, 'message')) })
    setPhase(at.thread, 'idle', at.ms)
  },
  'session.shutdown': ended('ok'),
  'session.idle': idle,
  abort: idle,
  'user.message': ({ thread, ms }, data, id) => addPrompt(thread, rawAt(data, 'messageId') ?? id, ms),
  'assistant.turn_start': ({ thread, ms }) => setPhase(thread, 'working', ms),
  // A turn here is one model call with its tools: over for good when the answer asked for none.
  'assistant.message': ({ thread, ms }, data) => {
    const asks = valueAt(data, 'toolRequests')
    setPhase(thread, Array.isArray(asks) && asks.length === 0 ? 'idle' : 'working', ms)
  },
  'tool.execution_start': readToolStart,
  'tool.execution_complete': readToolEnd,
  'permission.requested': readAsked,
  'permission.completed': readAnswered,
  'subagent.started': (at, data) =>
    begin(at, { kind: labelAt(data, 'agentName'), call: idAt(data, 'toolCallId') }),
  'subagent.completed': ended('ok'),
  'subagent.failed': ended('error'),
}

const quiet =
  /^(assistant\.(turn_end|intent|reasoning|usage|message_delta)|hook\.|system\.|session\.(info|warning|compaction|mode|plan|title|context|truncation|snapshot|task|workspace|handoff|remote|permissions|todos|binary_asset|start_)|subagent\.(started|configured|selected|deselected)|tool\.|skill\.|permission\.|command\.|external_tool\.|user_input\.|elicitation\.|pending_messages)/

const apply = (file: FileState, line: string, emit?: Emit): void => {
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
  const at: Moment = { runtime, thread, ms, emit, scope: `${thread.scope}|` }
  read?.(at, data, idAt(row, 'id') ?? `${ms}`)
}

/** Copilot CLI events, `session-state/<session>/events.jsonl`, append-only (reference §3). */
export const copilotCli: SessionFormat<FileState> = {
  runtime,
  name: 'Copilot CLI',
  stateVersion: 2,
  roots: [{ env: null, home: '.copilot', sub: 'session-state' }],
  matches: (path) => /^[^/]+\/events\.jsonl$/.test(path),
  initial,
  apply,
  unread: (file) => file.unread,
  sessions: (files) => mergeSessions(files.values()),
}
