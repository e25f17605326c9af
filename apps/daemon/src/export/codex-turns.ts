import { isRow, parseRow, type Row, rawAt, rowAt, valueAt } from '@watchbill/runtimes/row'
import { contentText } from './content-text.ts'
import { type Piece, type Turn, type TurnReader, textPiece, turnOf } from './turn.ts'

type Source = 'response' | 'item' | 'event' | 'end'

/**
 * Codex writes the same words up to three times: as a response item, as a completed item and as an event. The first one
 * counts, and the others only where it is missing; the last message of a turn (`task_complete`) is the last resort.
 */
export const codexTurns = (): TurnReader => {
  const seen = new Map<string, Source>()
  const isNew = (role: string, text: string, source: Source): boolean => {
    const key = `${role}\0${text}`
    const first = seen.get(key)
    if (first === undefined) seen.set(key, source)
    return first === undefined || (first === source && source !== 'end')
  }
  const say = (role: 'user' | 'assistant', text: string, source: Source, at: string | null): Turn[] =>
    text !== '' && isNew(role, text, source) ? turnOf(role, at, null, textPiece(text)) : []
  return {
    line: (line) => {
      const row = parseRow(line)
      if (row === null) return []
      const at = rawAt(row, 'timestamp')
      const payload = rowAt(row, 'payload')
      const type = rawAt(payload, 'type')
      if (rawAt(row, 'type') === 'compacted')
        return turnOf('system', at, null, textPiece('Context compacted.'))
      if (type === 'task_started') seen.clear()
      if (rawAt(row, 'type') === 'response_item') {
        const { role, text } = message(payload)
        return role === null ? turnOf(...toolTurn(payload, at)) : say(role, text, 'response', at)
      }
      const { role, text, source } = event(payload, type)
      return role === null ? [] : say(role, text, source, at)
    },
    end: () => [],
  }
}

type Message = { readonly role: 'user' | 'assistant' | null; readonly text: string }
const nobody: Message = { role: null, text: '' }

/** What Codex puts before a prompt itself is nobody's word. */
const framed = /^\s*<(environment_context|user_instructions|permissions instructions|turn_aborted)/

const message = (payload: Row): Message => {
  const role = rawAt(payload, 'role')
  if (rawAt(payload, 'type') !== 'message' || (role !== 'user' && role !== 'assistant')) return nobody
  const text = contentText(valueAt(payload, 'content'))
  return { role, text: role === 'user' && framed.test(text) ? '' : text }
}

const event = (payload: Row, type: string | null): Message & { readonly source: Source } => {
  if (type === 'user_message') return { role: 'user', text: rawAt(payload, 'message') ?? '', source: 'event' }
  if (type === 'agent_message')
    return { role: 'assistant', text: rawAt(payload, 'message') ?? '', source: 'event' }
  if (type === 'task_complete')
    return { role: 'assistant', text: rawAt(payload, 'last_agent_message') ?? '', source: 'end' }
  const item = rowAt(payload, 'item')
  const kind = rawAt(item, 'type')
  if (type !== 'item_completed' || (kind !== 'UserMessage' && kind !== 'AgentMessage'))
    return { ...nobody, source: 'item' }
  const text = contentText(valueAt(item, 'content'))
  return { role: kind === 'UserMessage' ? 'user' : 'assistant', text, source: 'item' }
}

const toolTurn = (payload: Row, at: string | null): Parameters<typeof turnOf> => {
  const type = rawAt(payload, 'type') ?? ''
  const call = rawAt(payload, 'call_id') ?? rawAt(payload, 'id')
  if (/_call_output$/.test(type)) return ['tool', at, null, [resultPiece(payload, call)]]
  if (!/_call$/.test(type)) return ['assistant', at, null, []]
  const input = inputOf(
    valueAt(payload, 'arguments') ?? valueAt(payload, 'input') ?? valueAt(payload, 'action'),
  )
  const tool = rawAt(payload, 'name') ?? type.replace(/_call$/, '')
  return ['assistant', at, null, [{ kind: 'call', call, tool, input }]]
}

/** Exec results state their exit code in their text, or in metadata (older). */
const resultPiece = (payload: Row, call: string | null): Piece => {
  const output = valueAt(payload, 'output')
  const text = contentText(parsed(output) ?? output)
  const said = /^Process exited with code (-?\d+)$/m.exec(text)?.[1]
  const code = said ?? rowAt(rowAt({ output: parsed(output) }, 'output'), 'metadata').exit_code
  const outcome = code === undefined ? 'unknown' : Number(code) === 0 ? 'ok' : 'error'
  return { kind: 'result', call, text, outcome }
}

const inputOf = (value: unknown): unknown => parsed(value) ?? value ?? null

/** An object written as JSON text, or null. */
const parsed = (value: unknown): Row | null => {
  if (isRow(value)) return value
  return typeof value === 'string' && value.startsWith('{') ? parseRow(value) : null
}
