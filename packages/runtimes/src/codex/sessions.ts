import { countUnknown, countUnread, createFile, type FileState, threadIn } from '../file.ts'
import { hash } from '../hash.ts'
import { mergeSessions } from '../merge.ts'
import {
  countAt,
  instantAt,
  isRow,
  label,
  labelAt,
  parseRow,
  type Row,
  rawAt,
  rowAt,
  valueAt,
} from '../row.ts'
import type { SessionFormat } from '../runtime.ts'
import { addMark, addPrompt, setPhase, type Thread, touch } from '../thread.ts'
import { readToolItem, readToolRow } from './tools.ts'
import { readTokenCount, readUsageRecord, type Totals } from './usage.ts'

interface CodexFile extends FileState {
  /** Own `session_meta` was read. A foreign one before it means that copied history comes first. */
  own: boolean
  foreign: boolean
  forkedFrom: string | null
  /** Rows numbered below belong to the thread this one was forked off. */
  firstOrdinal: number
  totals: Totals | null
  records: boolean
  tasks: boolean
  oneShot: boolean
  prompts: number
}

const fileId = /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl$/i

const initial = (path: string): CodexFile => ({
  ...createFile(fileId.exec(path)?.[1]?.toLowerCase() ?? null),
  own: false,
  foreign: false,
  forkedFrom: null,
  firstOrdinal: 0,
  totals: null,
  records: false,
  tasks: false,
  oneShot: false,
  prompts: 0,
})

/** `owner/name` of a remote URL; credentials in it stay behind. */
const repositoryOf = (url: string | null): string | null =>
  label(/[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(url ?? '')?.[1], 200)

const parentOf = (source: unknown): string | null | undefined => {
  if (!isRow(source) || !Object.hasOwn(source, 'subagent')) return undefined
  return labelAt(rowAt(rowAt(source, 'subagent'), 'thread_spawn'), 'parent_thread_id', 100)
}

const readMeta = (file: CodexFile, row: Row): void => {
  const meta = rowAt(row, 'payload')
  const id = labelAt(meta, 'id', 100) ?? labelAt(meta, 'session_id', 100)
  file.sessionId ??= id
  if (id !== file.sessionId) {
    file.foreign = true
    return
  }
  file.own = true
  file.forkedFrom = labelAt(meta, 'forked_from_id', 100)
  const base = rowAt(meta, 'history_base')
  file.firstOrdinal =
    countAt(meta, 'forked_from_ordinal_exclusive') ?? countAt(base, 'end_ordinal_exclusive') ?? 0
  const thread = threadOf(file, parentOf(valueAt(meta, 'source')))
  thread.borrowed ||= file.forkedFrom !== null || thread.kind === 'subagent'
  thread.version = labelAt(meta, 'cli_version', 60) ?? thread.version
  thread.entrypoint = labelAt(meta, 'originator', 60) ?? thread.entrypoint
  thread.cwd ??= labelAt(meta, 'cwd', 1000)
  const git = rowAt(meta, 'git')
  thread.branch = labelAt(git, 'branch', 200) ?? thread.branch
  thread.repository = repositoryOf(rawAt(git, 'repository_url')) ?? thread.repository
  file.oneShot = valueAt(meta, 'source') === 'exec'
  touch(thread, instantAt(meta, 'timestamp'))
  touch(thread, instantAt(row, 'timestamp'))
}

/** One file, one thread; `parent` is undefined unless the row tells that this is a sub-agent. */
const threadOf = (file: CodexFile, parent?: string | null): Thread => {
  const known = Object.values(file.threads)[0]
  if (known === undefined)
    return threadIn(
      file,
      file.sessionId ?? 'unknown',
      parent === undefined ? 'main' : 'subagent',
      parent ?? null,
    )
  if (parent !== undefined) {
    known.kind = 'subagent'
    known.parent = parent
    known.prompted = true
  }
  return known
}

const readSettings = (thread: Thread, settings: Row): void => {
  thread.model = labelAt(settings, 'model') ?? thread.model
  thread.mode = labelAt(settings, 'approval_policy', 60) ?? thread.mode
  thread.cwd ??= labelAt(settings, 'cwd', 1000)
}

const readPrompt = (file: CodexFile, thread: Thread, text: string, ms: number | null): void => {
  file.prompts += 1
  // Copied history gets new times and ids: the same words at the same place are the same prompt.
  addPrompt(thread, `${file.prompts}|${hash(text)}`, ms)
}

const readTaskEnd = (file: CodexFile, thread: Thread, event: Row, ms: number | null): void => {
  file.tasks = true
  if (valueAt(event, 'error') !== undefined && valueAt(event, 'error') !== null)
    addMark(thread, 'error', rawAt(event, 'turn_id') ?? `${ms}`)
  // `codex exec` leaves after its one turn; its file says no more.
  setPhase(thread, file.oneShot ? 'ended' : 'idle', ms)
}

const readTaskStart = (file: CodexFile, thread: Thread, event: Row, ms: number | null): void => {
  file.tasks = true
  const trigger = rawAt(rowAt(event, 'turn_attribution'), 'turn_trigger')
  if (trigger !== null) file.oneShot = trigger === 'exec'
  setPhase(thread, 'working', ms)
}

const readItem = (file: CodexFile, thread: Thread, item: Row, ms: number | null): void => {
  if (valueAt(item, 'type') === 'UserMessage')
    readPrompt(file, thread, JSON.stringify(valueAt(item, 'content')) ?? '', ms)
  else readToolItem(thread, item)
}

const eventReaders: Record<string, (file: CodexFile, thread: Thread, event: Row, ms: number | null) => void> =
  {
    task_started: readTaskStart,
    task_complete: readTaskEnd,
    turn_aborted: readTaskEnd,
    token_count: (file, thread, event) => {
      file.totals = readTokenCount(thread, event, file.totals, file.records)
    },
    thread_settings_applied: (_file, thread, event) => readSettings(thread, rowAt(event, 'thread_settings')),
    item_completed: (file, thread, event, ms) => readItem(file, thread, rowAt(event, 'item'), ms),
    user_message: (file, thread, event, ms) => readPrompt(file, thread, rawAt(event, 'message') ?? '', ms),
    // Before turns were marked (older files), an answer is the only sign that a turn is over.
    agent_message: (file, thread, _event, ms) => (file.tasks ? undefined : setPhase(thread, 'idle', ms)),
    error: (_file, thread, _event, ms) => void addMark(thread, 'error', `event ${ms}`),
    stream_error: (_file, thread, _event, ms) => void addMark(thread, 'error', `event ${ms}`),
  }

const quiet = new Set(
  'compacted world_state ghost_snapshot message reasoning agent_reasoning agent_reasoning_raw_content agent_reasoning_section_break context_compacted entered_review_mode exited_review_mode exec_command_begin exec_command_end item_started mcp_tool_call_begin mcp_tool_call_end patch_apply_begin patch_apply_end plan_update session_configured shutdown_complete thread_name_updated thread_rolled_back turn_diff undo_completed undo_started warning web_search_begin web_search_end view_image_tool_call background_event compaction compaction_summary'.split(
    ' ',
  ),
)

const readPayload = (file: CodexFile, thread: Thread, row: Row, ms: number | null): void => {
  const payload = rowAt(row, 'payload')
  const type = rawAt(payload, 'type')
  if (valueAt(row, 'type') === 'response_item') {
    if (!readToolRow(thread, payload, ms) && (type === null || !quiet.has(type))) countUnknown(file, type)
    return
  }
  const read = type !== null && Object.hasOwn(eventReaders, type) ? eventReaders[type] : undefined
  if (read !== undefined) read(file, thread, payload, ms)
  else if (type === null || !quiet.has(type)) countUnknown(file, type)
}

const apply = (file: CodexFile, line: string): void => {
  const row = parseRow(line)
  if (row === null) {
    countUnread(file, 'damaged line')
    return
  }
  const type = rawAt(row, 'type')
  if (type === 'session_meta') {
    readMeta(file, row)
    return
  }
  if ((file.foreign && !file.own) || (countAt(row, 'ordinal') ?? Infinity) < file.firstOrdinal) return
  const thread = threadOf(file)
  const ms = instantAt(row, 'timestamp')
  touch(thread, ms)
  if (type === 'event_msg' || type === 'response_item') readPayload(file, thread, row, ms)
  else if (type === 'turn_context') readSettings(thread, rowAt(row, 'payload'))
  else if (type === 'token_usage_record') {
    file.records = true
    readUsageRecord(thread, rowAt(row, 'payload'))
  } else if (type === null || !quiet.has(type)) countUnknown(file, type)
}

/** Forks and sub-agents replay their parent's rows: within one family the same call is one call. */
const withFamily = (files: readonly CodexFile[]): FileState[] => {
  const parents = new Map<string, string>()
  for (const file of files) {
    const parent = file.forkedFrom ?? Object.values(file.threads)[0]?.parent ?? null
    if (file.sessionId !== null && parent !== null && parent !== file.sessionId)
      parents.set(file.sessionId, parent)
  }
  const familyOf = (id: string) => {
    const seen = new Set([id])
    for (
      let parent = parents.get(id);
      parent !== undefined && !seen.has(parent);
      parent = parents.get(parent)
    ) {
      seen.add(parent)
      id = parent
    }
    return id
  }
  return files.map((file) => ({
    ...file,
    threads: Object.fromEntries(
      Object.entries(file.threads).map(([slot, thread]) => [slot, { ...thread, scope: familyOf(thread.id) }]),
    ),
  }))
}

/** Codex rollouts, `sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl` (reference §2.2). */
export const codex: SessionFormat<CodexFile> = {
  runtime: 'codex',
  name: 'Codex',
  stateVersion: 1,
  roots: [
    { env: 'CODEX_HOME', home: '.codex', sub: 'sessions' },
    { env: 'CODEX_HOME', home: '.codex', sub: 'archived_sessions' },
  ],
  matches: (path) => /(^|\/)rollout-[^/]+\.jsonl$/.test(path),
  initial,
  apply,
  unread: (file) => file.unread,
  sessions: (files) => mergeSessions(withFamily([...files.values()])),
}
