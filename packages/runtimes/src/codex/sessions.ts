import { countUnknown, countUnread, createFile, type FileState, threadIn } from '../file.ts'
import { mergeSessions } from '../merge.ts'
import { begin, type Moment } from '../moment.ts'
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
import type { Emit, SessionFormat } from '../runtime.ts'
import { touch } from '../thread.ts'
import type { Thread } from '../thread-state.ts'
import type { CodexFile } from './state.ts'
import { readToolRow } from './tools.ts'
import { eventReaders, readCompaction, readSaid, readSettings } from './turns.ts'
import { readUsageRecord } from './usage.ts'

const runtime = 'codex'
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
  root: null,
  failing: false,
  compactions: [0, 0, 0],
})

/** `owner/name` of a remote URL; credentials in it stay behind. */
const repositoryOf = (url: string | null): string | null =>
  label(/[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(url ?? '')?.[1], 200)

const parentOf = (source: unknown): string | null | undefined => {
  if (!isRow(source) || !Object.hasOwn(source, 'subagent')) return undefined
  return labelAt(rowAt(rowAt(source, 'subagent'), 'thread_spawn'), 'parent_thread_id', 100)
}

const readMeta = (file: CodexFile, row: Row, emit: Emit | undefined): void => {
  const meta = rowAt(row, 'payload')
  const id = labelAt(meta, 'id', 100) ?? labelAt(meta, 'session_id', 100)
  file.sessionId ??= id
  if (id !== file.sessionId) {
    file.foreign = true
    // A copied parent may itself be a fork.
    if (id === file.root) file.root = labelAt(meta, 'forked_from_id', 100) ?? file.root
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
  file.root ??= file.forkedFrom ?? thread.parent
  const cause = file.forkedFrom === null ? null : 'fork'
  begin(momentOf(file, thread, instantAt(row, 'timestamp'), emit), { cause, parent: file.forkedFrom })
}

const momentOf = (file: CodexFile, thread: Thread, ms: number | null, emit: Emit | undefined): Moment => ({
  runtime,
  thread,
  ms,
  emit,
  scope: `${file.root ?? thread.id}|`,
})

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

const quiet = new Set(
  'world_state ghost_snapshot message reasoning agent_reasoning agent_reasoning_raw_content agent_reasoning_section_break entered_review_mode exited_review_mode exec_command_begin exec_command_end item_started mcp_tool_call_begin mcp_tool_call_end patch_apply_begin patch_apply_end plan_update session_configured shutdown_complete thread_name_updated thread_rolled_back turn_diff undo_completed undo_started warning web_search_begin web_search_end view_image_tool_call background_event compaction compaction_summary'.split(
    ' ',
  ),
)

const readPayload = (file: CodexFile, at: Moment, row: Row): void => {
  const payload = rowAt(row, 'payload')
  const type = rawAt(payload, 'type')
  if (valueAt(row, 'type') === 'response_item') {
    if (type === 'message' && valueAt(payload, 'phase') === 'final_answer') readSaid(file, at, payload)
    if (!readToolRow(at, payload) && (type === null || !quiet.has(type))) countUnknown(file, type)
    return
  }
  const read = type !== null && Object.hasOwn(eventReaders, type) ? eventReaders[type] : undefined
  if (read !== undefined) read(file, at, payload)
  else if (type === null || !quiet.has(type)) countUnknown(file, type)
}

const apply = (file: CodexFile, line: string, emit?: Emit): void => {
  const row = parseRow(line)
  if (row === null) {
    countUnread(file, 'damaged line')
    return
  }
  const type = rawAt(row, 'type')
  if (type === 'session_meta') {
    readMeta(file, row, emit)
    return
  }
  if ((file.foreign && !file.own) || (countAt(row, 'ordinal') ?? Infinity) < file.firstOrdinal) return
  const at = momentOf(file, threadOf(file), instantAt(row, 'timestamp'), emit)
  touch(at.thread, at.ms)
  if (at.thread.starts === 0) begin(at)
  if (type === 'event_msg' || type === 'response_item') readPayload(file, at, row)
  else if (type === 'turn_context') readSettings(at, rowAt(row, 'payload'))
  else if (type === 'compacted') readCompaction(file, at, 0)
  else if (type === 'token_usage_record') {
    file.records = true
    readUsageRecord(at.thread, rowAt(row, 'payload'))
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
  runtime,
  name: 'Codex',
  stateVersion: 2,
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
