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

interface GeminiFile extends FileState {
  /** Folder a sub-agent's file stands in, named after its parent session. */
  folder: string | null
  /** The project's short name, from the path: the rows name no folder. Null where it is a hash. */
  slug: string | null
}

const initial = (path: string): GeminiFile => ({
  ...createFile(null),
  folder: /\/chats\/([^/]+)\/[^/]+$/.exec(path)?.[1] ?? null,
  slug: /^(?![0-9a-f]{64}\/)([^/]+)\/chats\//.exec(path)?.[1] ?? null,
})

const threadOf = (file: GeminiFile): Thread => {
  const known = Object.values(file.threads)[0]
  if (known !== undefined) return known
  const made = threadIn(file, file.sessionId ?? 'unknown', 'main', null)
  made.cwd = label(file.slug, 200)
  return made
}

/** First line of a file; a resume writes it again, with a new start time that is not the session's. */
const readHeader = (file: GeminiFile, row: Row): void => {
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

const readTools = (thread: Thread, message: Row, ms: number | null): void => {
  for (const tool of rowsAt(message, 'toolCalls')) {
    const call = rawAt(tool, 'id') ?? `${rawAt(message, 'id')}`
    const name = labelAt(tool, 'name') ?? 'tool'
    const input = valueAt(tool, 'args')
    const status = rawAt(tool, 'status') ?? 'success'
    toolAsked(thread, { call, key: call, name, request: toolRequest(name, input), input, ms })
    if (!answered.has(status)) continue
    toolAnswered(thread, call)
    if (status === 'error') addMark(thread, 'failure', call)
    if (status === 'cancelled') addMark(thread, 'denial', call)
  }
}

/** Written as a message after its tool calls ran, so a message with text alone may yet turn out not to be the last. */
const readAnswer = (thread: Thread, message: Row, ms: number | null): void => {
  thread.model = labelAt(message, 'model') ?? thread.model
  const tokens = rowAt(message, 'tokens')
  // A resume repeats old messages without their tokens: those known stay.
  if (Object.keys(tokens).length > 0) addCall(thread, rawAt(message, 'id') ?? `${ms}`, callOf(tokens, ms))
  readTools(thread, message, ms)
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

const readMessage = (file: GeminiFile, message: Row): void => {
  const thread = threadOf(file)
  const type = rawAt(message, 'type')
  const ms = instantAt(message, 'timestamp')
  touch(thread, ms)
  if (type === 'user') readPrompt(thread, message, ms)
  else if (type === 'gemini') readAnswer(thread, message, ms)
  else if (type === 'error') {
    addMark(thread, 'error', rawAt(message, 'id') ?? `${ms}`)
    setPhase(thread, 'idle', ms)
  } else if (type !== 'info' && type !== 'warning') countUnknown(file, type)
}

const readSet = (file: GeminiFile, set: Row): void => {
  for (const message of rowsAt(set, 'messages')) readMessage(file, message)
  touch(threadOf(file), instantAt(set, 'lastUpdated'))
}

const apply = (file: GeminiFile, line: string): void => {
  const row = parseRow(line)
  if (row === null) {
    countUnread(file, 'damaged line')
    return
  }
  if (Object.hasOwn(row, '$set')) readSet(file, rowAt(row, '$set'))
  else if (Object.hasOwn(row, 'type')) readMessage(file, row)
  else if (Object.hasOwn(row, 'sessionId')) readHeader(file, row)
  else countUnknown(file, Object.keys(row).some((name) => name.startsWith('$')) ? 'operator' : null)
}

/** Gemini CLI chats, `tmp/<slug>/chats/session-<time>-<id8>.jsonl`, messages upserted by id (reference §3). */
export const geminiCli: SessionFormat<GeminiFile> = {
  runtime: 'gemini-cli',
  name: 'Gemini CLI',
  stateVersion: 1,
  roots: [{ env: null, home: '.gemini', sub: 'tmp' }],
  matches: (path) => /^[^/]+\/chats\/([^/]+\/)?[^/]+\.jsonl$/.test(path),
  initial,
  apply,
  unread: (file) => file.unread,
  sessions: (files) => mergeSessions(files.values()),
}
