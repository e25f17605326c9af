import { contentOf, toolCalled, toolDecided, toolFinished } from '../calls.ts'
import { countUnknown, countUnread, createFile, type FileState, threadIn } from '../file.ts'
import { mergeSessions } from '../merge.ts'
import { begin, failed, finish, type Moment } from '../moment.ts'
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
import { addCall, addMark, addPrompt, setPhase, touch } from '../thread.ts'
import type { Call, Thread } from '../thread-state.ts'

interface GeminiFile extends FileState {
  /** Folder a sub-agent's file stands in, named after its parent session. */
  folder: string | null
  /** The project's short name, from the path: the rows name no folder. Null where it is a hash. */
  slug: string | null
  /** Start time of the process that wrote last: another one is a resume. */
  process: string | null
}

const runtime = 'gemini-cli'

const initial = (path: string): GeminiFile => ({
  ...createFile(null),
  folder: /\/chats\/([^/]+)\/[^/]+$/.exec(path)?.[1] ?? null,
  slug: /^(?![0-9a-f]{64}\/)([^/]+)\/chats\//.exec(path)?.[1] ?? null,
  process: null,
})

const momentOf = (file: GeminiFile, ms: number | null, emit: Emit | undefined): Moment => {
  const thread = threadOf(file)
  return { runtime, thread, ms, emit, scope: `${thread.id}|` }
}

const threadOf = (file: GeminiFile): Thread => {
  const known = Object.values(file.threads)[0]
  if (known !== undefined) return known
  const made = threadIn(file, file.sessionId ?? 'unknown', 'main', null)
  made.cwd = label(file.slug, 200)
  return made
}

/** First line of a file; a resume writes it again, with a new start time that is not the session's. */
const readHeader = (file: GeminiFile, row: Row, emit: Emit | undefined): void => {
  file.sessionId ??= labelAt(row, 'sessionId', 100)
  const thread = threadOf(file)
  if (valueAt(row, 'kind') === 'subagent') {
    thread.kind = 'subagent'
    thread.parent = file.folder
    thread.prompted = true
  }
  // The same session may stand in a hash folder and a slug folder: its id wins over the path (pitfall 13).
  thread.scope = thread.id
  touch(thread, instantAt(row, 'startTime'))
  touch(thread, instantAt(row, 'lastUpdated'))
  const started = idAt(row, 'startTime')
  // No row says that a process ended; a new one says that the one before did.
  if (started !== file.process && thread.kind === 'main') thread.running = false
  file.process = started
  begin(momentOf(file, instantAt(row, 'startTime'), emit))
}

/** §4.3: input includes the cache; thoughts stand beside the output; tool tokens are part of the prompt. */
const callOf = (tokens: Row, ms: number | null): Call => {
  const input = countAt(tokens, 'input')
  const cached = countAt(tokens, 'cached')
  const tool = countAt(tokens, 'tool') ?? 0
  const uncached = input === null ? null : Math.max(0, input - (cached ?? 0)) + tool
  return [ms, uncached, cached, null, countAt(tokens, 'output'), countAt(tokens, 'thoughts')]
}

const answered = new Set(['success', 'error', 'cancelled'])

/** Errors of the scheduler itself: the tool was neither allowed nor refused. */
const neverRan = /^(Tool "[^"]{0,200}" not found|Invalid parameters|params )/
const byPolicy = /denied by policy|execution denied/i

const errorOf = (tool: Row): string => {
  const parts = rowsAt(tool, 'result').map((part) => rowAt(rowAt(part, 'functionResponse'), 'response'))
  return (parts.map((response) => rawAt(response, 'error')).find((text) => text !== null) ?? '').slice(0, 300)
}

/** The row is written when the call is over, so it says all of it at once. */
const readTool = (at: Moment, tool: Row, fallback: string): void => {
  const call = idAt(tool, 'id') ?? fallback
  const name = labelAt(tool, 'name') ?? 'tool'
  const input = valueAt(tool, 'args')
  const status = rawAt(tool, 'status') ?? 'success'
  toolCalled(at, { call, key: call, name, request: toolRequest(name, input), input, ms: at.ms })
  if (!answered.has(status)) return
  const end = { ...at, ms: instantAt(tool, 'timestamp') ?? at.ms }
  const error = errorOf(tool)
  const refused = status === 'cancelled' || (status === 'error' && byPolicy.test(error))
  if (refused) toolDecided(end, { call }, 'deny', status === 'cancelled' ? 'person' : 'rule')
  else if (status === 'success' || !neverRan.test(error)) toolDecided(end, { call }, 'allow', 'unknown')
  const outcome = refused ? 'denied' : status === 'error' ? 'error' : 'ok'
  toolFinished(end, { call, outcome, content: contentOf(valueAt(tool, 'resultDisplay')) })
  if (status === 'error') addMark(at.thread, 'failure', call)
  if (status === 'cancelled') addMark(at.thread, 'denial', call)
  // A sub-agent gives its answer through this tool, and only then.
  if (name === 'complete_task' && status === 'success' && at.thread.kind === 'subagent')
    finish(end, { outcome: 'ok' })
}

/** Written as a message after its tool calls ran, so a message with text alone may yet turn out not to be the last. */
const readAnswer = (at: Moment, message: Row): void => {
  const { thread, ms } = at
  thread.model = labelAt(message, 'model') ?? thread.model
  const tokens = rowAt(message, 'tokens')
  // A resume repeats old messages without their tokens: those known stay.
  if (Object.keys(tokens).length > 0) addCall(thread, rawAt(message, 'id') ?? `${ms}`, callOf(tokens, ms))
  for (const tool of rowsAt(message, 'toolCalls')) readTool(at, tool, `${idAt(message, 'id')}`)
  const content = valueAt(message, 'content')
  const calls =
    rowsAt(message, 'toolCalls').length > 0 ||
    rowsAt(message, 'content').some((part) => Object.hasOwn(part, 'functionCall'))
  setPhase(thread, calls || content === '' ? 'working' : 'idle', ms)
}

const readPrompt = (thread: Thread, message: Row, ms: number | null): void => {
  const parts = rowsAt(message, 'content')
  const text = rawAt(message, 'content') ?? parts.map((part) => rawAt(part, 'text') ?? '').join('')
  if (parts.some((part) => Object.hasOwn(part, 'functionResponse'))) setPhase(thread, 'working', ms)
  else if (text !== '' && !/^\s*<session_context>/.test(text))
    addPrompt(thread, rawAt(message, 'id') ?? `${ms}`, ms)
}

const readMessage = (file: GeminiFile, message: Row, emit: Emit | undefined): void => {
  const type = rawAt(message, 'type')
  const at = momentOf(file, instantAt(message, 'timestamp'), emit)
  const { thread, ms } = at
  if (thread.starts === 0) begin(at)
  touch(thread, ms)
  if (type === 'user') readPrompt(thread, message, ms)
  else if (type === 'gemini') readAnswer(at, message)
  else if (type === 'error') {
    failed(at, idAt(message, 'id') ?? `${ms}`, { content: contentOf(valueAt(message, 'content')) })
    setPhase(thread, 'idle', ms)
  } else if (type !== 'info' && type !== 'warning') countUnknown(file, type)
}

const readSet = (file: GeminiFile, set: Row, emit: Emit | undefined): void => {
  for (const message of rowsAt(set, 'messages')) readMessage(file, message, emit)
  touch(threadOf(file), instantAt(set, 'lastUpdated'))
}

const apply = (file: GeminiFile, line: string, emit?: Emit): void => {
  const row = parseRow(line)
  if (row === null) {
    countUnread(file, 'damaged line')
    return
  }
  if (Object.hasOwn(row, '$set')) readSet(file, rowAt(row, '$set'), emit)
  else if (Object.hasOwn(row, 'type')) readMessage(file, row, emit)
  else if (Object.hasOwn(row, 'sessionId')) readHeader(file, row, emit)
  else countUnknown(file, Object.keys(row).some((name) => name.startsWith('$')) ? 'operator' : null)
}

/** Gemini CLI chats, `tmp/<slug>/chats/session-<time>-<id8>.jsonl`, messages upserted by id (reference §3). */
export const geminiCli: SessionFormat<GeminiFile> = {
  runtime,
  name: 'Gemini CLI',
  stateVersion: 2,
  roots: [{ env: null, home: '.gemini', sub: 'tmp' }],
  matches: (path) => /^[^/]+\/chats\/([^/]+\/)?[^/]+\.jsonl$/.test(path),
  initial,
  apply,
  unread: (file) => file.unread,
  sessions: (files) => mergeSessions(files.values()),
}
