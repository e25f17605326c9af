import { contentOf } from '../calls.ts'
import { hash } from '../hash.ts'
import { begin, compacted, failed, finish, type Moment, setMode } from '../moment.ts'
import { countAt, idAt, isRow, label, labelAt, type Row, rawAt, rowAt, valueAt } from '../row.ts'
import { addPrompt, setPhase } from '../thread.ts'
import type { CodexFile } from './state.ts'
import { readToolItem } from './tools.ts'
import { readTokenCount } from './usage.ts'

export const readSettings = (at: Moment, settings: Row): void => {
  const { thread } = at
  thread.model = labelAt(settings, 'model') ?? thread.model
  setMode(at, labelAt(settings, 'approval_policy', 60), null)
  thread.cwd ??= labelAt(settings, 'cwd', 1000)
}

const readPrompt = (file: CodexFile, { thread, ms }: Moment, text: string): void => {
  file.prompts += 1
  // Copied history gets new times and ids: the same words at the same place are the same prompt.
  addPrompt(thread, `${file.prompts}|${hash(text)}`, ms)
}

/** `codex_error_info` is a word, or an object of one word with details. */
const readFailure = (at: Moment, key: string, error: unknown): void => {
  const about = isRow(error) ? error : {}
  const info = valueAt(about, 'codex_error_info') ?? valueAt(about, 'codexErrorInfo')
  const details = isRow(info) ? rowAt(info, Object.keys(info)[0] ?? '') : {}
  const status = countAt(details, 'http_status_code') ?? countAt(details, 'httpStatusCode')
  const kind = label(isRow(info) ? Object.keys(info)[0] : info)
  failed(at, key, { kind, status, content: contentOf(isRow(error) ? valueAt(error, 'message') : error) })
}

const readTaskEnd = (file: CodexFile, at: Moment, event: Row): void => {
  file.tasks = true
  const error = valueAt(event, 'error') ?? null
  const key = idAt(event, 'turn_id') ?? `${at.ms}`
  // An `error` event of the same turn has told it already.
  if (error !== null && !file.failing) readFailure(at, key, error)
  // `codex exec` leaves after its one turn; its file says no more.
  setPhase(at.thread, file.oneShot ? 'ended' : 'idle', at.ms)
  const over = valueAt(event, 'type') === 'task_complete' ? 'ok' : 'unknown'
  const outcome = error !== null || file.failing ? 'error' : over
  if (file.oneShot || at.thread.kind === 'subagent') finish(at, { outcome })
}

const readTaskStart = (file: CodexFile, at: Moment, event: Row): void => {
  file.tasks = true
  file.failing = false
  const trigger = rawAt(rowAt(event, 'turn_attribution'), 'turn_trigger')
  if (trigger !== null) file.oneShot = trigger === 'exec'
  begin(at)
  setPhase(at.thread, 'working', at.ms)
}

/** The n-th compaction is told by whichever of its rows comes first. */
export const readCompaction = (file: CodexFile, at: Moment, row: 0 | 1 | 2): void => {
  const known = Math.max(...file.compactions)
  file.compactions[row] += 1
  if (file.compactions[row] > known) compacted(at, `${at.thread.id}|${file.compactions[row]}`, {})
}

/** Only the final answer ends a turn; `commentary` stands between tool calls. Older rows do not say which it is. */
export const readSaid = (file: CodexFile, { thread, ms }: Moment, said: Row): void => {
  if (!file.tasks && valueAt(said, 'phase') !== 'commentary') setPhase(thread, 'idle', ms)
}

const readItem = (file: CodexFile, at: Moment, item: Row): void => {
  const type = valueAt(item, 'type')
  if (type === 'UserMessage') readPrompt(file, at, JSON.stringify(valueAt(item, 'content')) ?? '')
  else if (type === 'ContextCompaction') readCompaction(file, at, 2)
  else readToolItem(at, item)
}

/** Readers of `event_msg` payloads, by their type. */
export const eventReaders: Record<string, (file: CodexFile, at: Moment, event: Row) => void> = {
  task_started: readTaskStart,
  task_complete: readTaskEnd,
  turn_aborted: readTaskEnd,
  token_count: (file, { thread }, event) => {
    file.totals = readTokenCount(thread, event, file.totals, file.records)
  },
  thread_settings_applied: (_file, at, event) => readSettings(at, rowAt(event, 'thread_settings')),
  item_completed: (file, at, event) => readItem(file, at, rowAt(event, 'item')),
  user_message: (file, at, event) => readPrompt(file, at, rawAt(event, 'message') ?? ''),
  agent_message: readSaid,
  context_compacted: (file, at) => readCompaction(file, at, 1),
  error: (file, at, event) => {
    readFailure(at, `event ${at.ms}`, event)
    file.failing = true
  },
  stream_error: (_file, at, event) => readFailure(at, `event ${at.ms}`, event),
}
