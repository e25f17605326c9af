import { contentOf, toolCalled } from '../calls.ts'
import { countUnknown, countUnread, createFile, type FileState, threadIn } from '../file.ts'
import { mergeSessions } from '../merge.ts'
import { begin, compacted, failed, finish, type Moment, setMode } from '../moment.ts'
import {
  countAt,
  idAt,
  instantAt,
  label,
  labelAt,
  parseRow,
  type Row,
  rawAt,
  rowAt,
  rowsAt,
  valueAt,
} from '../row.ts'
import type { Emit, SessionFormat } from '../runtime.ts'
import { toolRequest } from '../shell.ts'
import { addCall, addPrompt, setPhase, touch } from '../thread.ts'
import type { Call, Thread } from '../thread-state.ts'
import { addCost } from './cost.ts'
import { readResult } from './result.ts'

/** `command`: key of the last slash command, a prompt if the model answers it. */
interface ClaudeFile extends FileState {
  subagentId: string | null
  command: string | null
}

/** Rows that change nothing we show. Their times still count as activity. */
const quiet = new Set(
  'agent-name api-request api-request-blob api-request-shape atis-latch attachment custom-title ai-title file-history-snapshot last-prompt mode pr-link progress queue-operation summary tools-used'.split(
    ' ',
  ),
)

const runtime = 'claude-code'
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const subagentFile = /(?:^|\/)agent-([A-Za-z0-9_-]{1,80})\.jsonl$/
const subagentFolder = /([^/]+)\/subagents\//

const initial = (path: string): ClaudeFile => {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.jsonl$/, '')
  const subagentId = subagentFile.exec(path)?.[1] ?? null
  const folder = subagentFolder.exec(path)?.[1] ?? null
  return { ...createFile(subagentId === null && uuid.test(name) ? name : folder), subagentId, command: null }
}

/** The session of a row, or the sub-agent it belongs to: own file, or `isSidechain` rows in the parent's (older). */
const threadOf = (file: ClaudeFile, row: Row): Thread => {
  file.sessionId ??= labelAt(row, 'sessionId', 100)
  const main = file.sessionId ?? 'unknown'
  const agent = labelAt(row, 'agentId', 90) ?? file.subagentId
  if (agent === null && valueAt(row, 'isSidechain') !== true) return threadIn(file, main, 'main', null)
  return threadIn(file, `${main}/${agent ?? 'sidechain'}`, 'subagent', main)
}

const describe = (thread: Thread, row: Row): void => {
  thread.version = labelAt(row, 'version', 60) ?? thread.version
  thread.entrypoint = labelAt(row, 'entrypoint', 60) ?? thread.entrypoint
  thread.branch = labelAt(row, 'gitBranch', 200) ?? thread.branch
  // The folder follows `cd`; the first one is the project.
  thread.cwd ??= labelAt(row, 'cwd', 1000)
}

const commandText =
  /^\s*<(command-|local-command-|bash-input|bash-stdout|bash-stderr|system-reminder|task-notification|user-memory-input)/
const interruption = '[Request interrupted by user'

const textOf = (message: Row): string => {
  const content = valueAt(message, 'content')
  if (typeof content === 'string') return content
  const block = rowsAt(message, 'content').find((part) => valueAt(part, 'type') === 'text')
  return (block && rawAt(block, 'text')) ?? ''
}

const readUser = (file: ClaudeFile, at: Moment, row: Row): void => {
  const { thread, ms } = at
  const message = rowAt(row, 'message')
  const results = rowsAt(message, 'content').filter((part) => valueAt(part, 'type') === 'tool_result')
  for (const block of results) readResult(at, row, block)
  const flagged = ['isMeta', 'isCompactSummary', 'isVisibleInTranscriptOnly'].some(
    (flag) => valueAt(row, flag) === true,
  )
  if (results.length > 0 || flagged) return
  const text = textOf(message)
  const key = rawAt(row, 'uuid') ?? `${ms}|${text.length}`
  if (text.startsWith(interruption)) setPhase(thread, 'idle', ms)
  else if (!commandText.test(text)) {
    file.command = null
    begin(at)
    addPrompt(thread, key, ms)
  } else if (/<command-name>/.test(text.slice(0, 4000))) file.command = key
}

/** §4.3: input excludes the cache; output includes thinking, split only where the row has details. */
const callOf = (usage: Row, ms: number | null): Call => {
  const output = countAt(usage, 'output_tokens')
  const thinking = countAt(rowAt(usage, 'output_tokens_details'), 'thinking_tokens')
  const visible = output === null ? null : Math.max(0, output - (thinking ?? 0))
  const cacheRead = countAt(usage, 'cache_read_input_tokens')
  const cacheWrite = countAt(usage, 'cache_creation_input_tokens')
  return [ms, countAt(usage, 'input_tokens'), cacheRead, cacheWrite, visible, thinking]
}

/** Sub-agents stop with an answer or an error; what goes on later begins anew. */
const stop = (at: Moment, outcome: 'ok' | 'error' | 'unknown'): void => {
  setPhase(at.thread, 'idle', at.ms)
  if (at.thread.kind === 'subagent') finish(at, { outcome })
}

const statusAt = (row: Row, name: string): number | null => {
  const status = countAt(row, name)
  return status !== null && status >= 100 && status <= 599 ? status : null
}

const readCalls = (at: Moment, row: Row, rowId: string): void => {
  const message = rowAt(row, 'message')
  const origin = labelAt(row, 'requestSessionId', 100)
  for (const block of rowsAt(message, 'content')) {
    if (valueAt(block, 'type') !== 'tool_use') continue
    const call = idAt(block, 'id') ?? rowId
    const name = label(valueAt(block, 'name')) ?? 'tool'
    const input = valueAt(block, 'input')
    const asked = { call, key: `${rowId}|${call}`, name, request: toolRequest(name, input), input, ms: at.ms }
    toolCalled(at, asked, at.thread.kind === 'main' ? (origin ?? undefined) : undefined)
  }
}

const readAnswer = (file: ClaudeFile, at: Moment, row: Row, rowId: string): void => {
  const { thread, ms } = at
  const message = rowAt(row, 'message')
  thread.model = labelAt(message, 'model') ?? thread.model
  const origin = rawAt(row, 'requestSessionId')
  if (thread.kind === 'main' && origin !== null && origin !== thread.id) thread.borrowed = true
  begin(at)
  if (file.command !== null && thread.kind === 'main') {
    addPrompt(thread, file.command, ms)
    file.command = null
  }
  const usage = rowAt(message, 'usage')
  if (Object.keys(usage).length > 0)
    addCall(thread, `${rawAt(message, 'id') ?? rowId}|${rawAt(row, 'requestId')}`, callOf(usage, ms))
  readCalls(at, row, rowId)
  const reason = rawAt(message, 'stop_reason')
  if (reason === null || reason === 'tool_use' || reason === 'pause_turn') setPhase(thread, 'working', ms)
  else stop(at, 'ok')
}

const readAssistant = (file: ClaudeFile, at: Moment, row: Row): void => {
  const rowId = idAt(row, 'uuid') ?? `${at.ms}`
  const message = rowAt(row, 'message')
  if (valueAt(row, 'isApiErrorMessage') === true) {
    const kind = labelAt(row, 'error')
    failed(at, rowId, { kind, status: statusAt(row, 'apiErrorStatus'), content: contentOf(textOf(message)) })
    stop(at, 'error')
  } else if (labelAt(message, 'model') === '<synthetic>') stop(at, 'unknown')
  else readAnswer(file, at, row, rowId)
}

const readSystem = (at: Moment, row: Row): void => {
  const subtype = valueAt(row, 'subtype')
  const rowId = idAt(row, 'uuid') ?? `${at.ms}`
  if (subtype === 'turn_duration' || subtype === 'stop_hook_summary') setPhase(at.thread, 'idle', at.ms)
  else if (subtype === 'api_error') {
    const error = rowAt(row, 'error')
    const kind =
      /"type":"([a-z_]{1,60}_error)"/.exec(rawAt(error, 'message')?.slice(0, 400) ?? '')?.[1] ?? null
    const attempt = countAt(row, 'retryAttempt')
    failed(at, rowId, {
      kind,
      status: statusAt(error, 'status'),
      attempt,
      content: contentOf(rawAt(error, 'message')),
    })
  } else if (subtype === 'compact_boundary') {
    const about = rowAt(row, 'compactMetadata')
    const tokensBefore = countAt(about, 'preTokens')
    compacted(at, rowId, {
      cause: labelAt(about, 'trigger'),
      tokensBefore,
      tokensAfter: countAt(about, 'postTokens'),
    })
  }
}

const readCost = (file: ClaudeFile, at: Moment, row: Row): void => {
  const { thread } = at
  const ms = Math.max(0, ...Object.values(file.threads).map((other) => other.lastMs ?? 0)) || null
  addCost(thread, row, ms)
  // `claude -p` writes its total as it leaves; nothing else in the rows marks the end of a session.
  if (thread.entrypoint !== 'sdk-cli' || thread.phase !== 'idle') return
  setPhase(thread, 'ended', null)
  finish({ ...at, ms })
}

const apply = (file: ClaudeFile, line: string, emit?: Emit): void => {
  const row = parseRow(line)
  if (row === null) {
    countUnread(file, 'damaged line')
    return
  }
  const type = rawAt(row, 'type')
  const known = type === 'user' || type === 'assistant' || type === 'system'
  const state = type === 'cost-state' || type === 'permission-mode'
  if (!known && !state && (type === null || !quiet.has(type))) {
    countUnknown(file, type)
    return
  }
  const thread = threadOf(file, row)
  const ms = instantAt(row, 'timestamp')
  touch(thread, ms)
  const at: Moment = { runtime, thread, ms, emit, scope: '' }
  if (known || type === 'permission-mode') {
    describe(thread, row)
    setMode(at, labelAt(row, 'permissionMode', 60), idAt(row, 'uuid'))
  }
  if (known && thread.starts === 0) begin(at)
  if (type === 'user') readUser(file, at, row)
  else if (type === 'assistant') readAssistant(file, at, row)
  else if (type === 'system') readSystem(at, row)
  else if (type === 'cost-state') readCost(file, at, row)
}

/** Claude Code transcripts, `projects/<folder>/<session>.jsonl` and sub-agents below (reference §1.5). */
export const claudeCode: SessionFormat<ClaudeFile> = {
  runtime,
  name: 'Claude Code',
  stateVersion: 2,
  roots: [
    { env: 'CLAUDE_CONFIG_DIR', home: '.claude', sub: 'projects' },
    { env: null, home: '.config/claude', sub: 'projects' },
  ],
  matches: (path) =>
    /^[^/]+\/[^/]+\.jsonl$/.test(path) || /^[^/]+\/[^/]+\/subagents\/(.+\/)?agent-[^/]+\.jsonl$/.test(path),
  initial,
  apply,
  unread: (file) => file.unread,
  sessions: (files) => mergeSessions(files.values()),
}
