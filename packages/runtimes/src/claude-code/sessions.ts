import { countUnknown, countUnread, createFile, type FileState, threadIn } from '../file.ts'
import { mergeSessions } from '../merge.ts'
import {
  countAt,
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
import { addCost } from './cost.ts'

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
  thread.mode = labelAt(row, 'permissionMode', 60) ?? thread.mode
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

const readResult = (thread: Thread, row: Row, block: Row, ms: number | null): void => {
  const call = rawAt(block, 'tool_use_id') ?? ''
  const key = `${rawAt(row, 'uuid')}|${call}`
  const denied =
    rawAt(row, 'toolDenialKind') !== null ||
    valueAt(rowAt(row, 'permissionDecision'), 'decision') === 'reject'
  toolAnswered(thread, call)
  if (denied) addMark(thread, 'denial', key)
  else if (valueAt(block, 'is_error') === true) addMark(thread, 'failure', key)
  setPhase(thread, 'working', ms)
}

const readUser = (file: ClaudeFile, thread: Thread, row: Row, ms: number | null): void => {
  const message = rowAt(row, 'message')
  const results = rowsAt(message, 'content').filter((part) => valueAt(part, 'type') === 'tool_result')
  for (const block of results) readResult(thread, row, block, ms)
  const flagged = ['isMeta', 'isCompactSummary', 'isVisibleInTranscriptOnly'].some(
    (flag) => valueAt(row, flag) === true,
  )
  if (results.length > 0 || flagged) return
  const text = textOf(message)
  const key = rawAt(row, 'uuid') ?? `${ms}|${text.length}`
  if (text.startsWith(interruption)) setPhase(thread, 'idle', ms)
  else if (!commandText.test(text)) {
    file.command = null
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

const readAssistant = (file: ClaudeFile, thread: Thread, row: Row, ms: number | null): void => {
  const message = rowAt(row, 'message')
  const rowId = rawAt(row, 'uuid') ?? `${ms}`
  const model = labelAt(message, 'model')
  if (valueAt(row, 'isApiErrorMessage') === true) {
    addMark(thread, 'error', rowId)
    setPhase(thread, 'idle', ms)
    return
  }
  if (model === '<synthetic>') {
    setPhase(thread, 'idle', ms)
    return
  }
  thread.model = model ?? thread.model
  const origin = rawAt(row, 'requestSessionId')
  if (thread.kind === 'main' && origin !== null && origin !== thread.id) thread.borrowed = true
  if (file.command !== null && thread.kind === 'main') {
    addPrompt(thread, file.command, ms)
    file.command = null
  }
  const usage = rowAt(message, 'usage')
  if (Object.keys(usage).length > 0)
    addCall(thread, `${rawAt(message, 'id') ?? rowId}|${rawAt(row, 'requestId')}`, callOf(usage, ms))
  for (const block of rowsAt(message, 'content')) {
    if (valueAt(block, 'type') !== 'tool_use') continue
    const call = rawAt(block, 'id') ?? rowId
    const name = label(valueAt(block, 'name')) ?? 'tool'
    const input = valueAt(block, 'input')
    toolAsked(thread, { call, key: `${rowId}|${call}`, name, request: toolRequest(name, input), input, ms })
  }
  const stop = rawAt(message, 'stop_reason')
  setPhase(thread, stop === null || stop === 'tool_use' || stop === 'pause_turn' ? 'working' : 'idle', ms)
}

const readSystem = (thread: Thread, row: Row, ms: number | null): void => {
  const subtype = valueAt(row, 'subtype')
  if (subtype === 'turn_duration' || subtype === 'stop_hook_summary') setPhase(thread, 'idle', ms)
  else if (subtype === 'api_error') addMark(thread, 'error', rawAt(row, 'uuid') ?? `${ms}`)
}

const readCost = (file: ClaudeFile, thread: Thread, row: Row): void => {
  const times = Object.values(file.threads).map((other) => other.lastMs ?? 0)
  addCost(thread, row, Math.max(0, ...times) || null)
  // `claude -p` writes its total as it leaves; nothing else in the rows marks the end of a session.
  if (thread.entrypoint === 'sdk-cli' && thread.phase === 'idle') setPhase(thread, 'ended', null)
}

const apply = (file: ClaudeFile, line: string): void => {
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
  if (known || type === 'permission-mode') describe(thread, row)
  if (type === 'user') readUser(file, thread, row, ms)
  else if (type === 'assistant') readAssistant(file, thread, row, ms)
  else if (type === 'system') readSystem(thread, row, ms)
  else if (type === 'cost-state') readCost(file, thread, row)
}

/** Claude Code transcripts, `projects/<folder>/<session>.jsonl` and sub-agents below (reference §1.5). */
export const claudeCode: SessionFormat<ClaudeFile> = {
  runtime: 'claude-code',
  name: 'Claude Code',
  stateVersion: 1,
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
