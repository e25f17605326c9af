import { parseRow, type Row, rawAt, rowAt, rowsAt, valueAt } from '@watchbill/runtimes/row'
import { contentText } from './content-text.ts'
import { type Piece, type Turn, type TurnReader, textPiece, turnOf } from './turn.ts'

/** Gemini CLI writes a message again when it knows more of it, and all of them again on a resume: each thing is told once. */
export const geminiTurns = (): TurnReader => {
  const told = new Set<string>()
  let held: Row | null = null
  const once = (key: string, pieces: readonly Piece[]): readonly Piece[] => {
    if (pieces.length === 0 || told.has(key)) return []
    told.add(key)
    return pieces
  }
  const tell = (message: Row): Turn[] => {
    const id = rawAt(message, 'id') ?? rawAt(message, 'timestamp') ?? ''
    const at = rawAt(message, 'timestamp')
    const role = roles.get(rawAt(message, 'type') ?? '')
    if (role === undefined) return []
    const calls = rowsAt(message, 'toolCalls')
    const results = [...calls.filter((call) => valueAt(call, 'result') !== undefined), ...responses(message)]
    const said = [
      ...once(`text ${id}`, textPiece(ownText(message))),
      ...calls.flatMap((call) => once(`call ${rawAt(call, 'id')}`, [callPiece(call)])),
    ]
    const answered = results.flatMap((result) => once(`result ${rawAt(result, 'id')}`, [resultPiece(result)]))
    return [...turnOf(role, at, null, said), ...turnOf('tool', at, null, answered)]
  }
  const flush = (): Turn[] => {
    const turns = held === null ? [] : tell(held)
    held = null
    return turns
  }
  const take = (message: Row): Turn[] => {
    const turns = rawAt(message, 'id') === (held === null ? null : rawAt(held, 'id')) ? [] : flush()
    held = message
    return turns
  }
  return {
    line: (text) => {
      const row = parseRow(text)
      if (row === null) return []
      if (Object.hasOwn(row, '$set')) return rowsAt(rowAt(row, '$set'), 'messages').flatMap(take)
      return Object.hasOwn(row, 'type') ? take(row) : []
    },
    end: flush,
  }
}

const roles: ReadonlyMap<string, Turn['role']> = new Map([
  ['user', 'user'],
  ['gemini', 'assistant'],
  ['error', 'system'],
  ['info', 'system'],
  ['warning', 'system'],
])

/** Words of the message; not those the program puts before a conversation, nor results that stand in it. */
const ownText = (message: Row): string => {
  const parts = rowsAt(message, 'content').filter((part) => Object.hasOwn(part, 'text'))
  const text = rawAt(message, 'content') ?? contentText(parts)
  return /^\s*<session_context>/.test(text) ? '' : text
}

const responses = (message: Row): Row[] =>
  rowsAt(message, 'content').flatMap((part) =>
    Object.hasOwn(part, 'functionResponse') ? [rowAt(part, 'functionResponse')] : [],
  )

const callPiece = (call: Row): Piece => ({
  kind: 'call',
  call: rawAt(call, 'id'),
  tool: rawAt(call, 'name') ?? 'tool',
  input: valueAt(call, 'args') ?? null,
})

const outcomes = new Map([
  ['success', 'ok'],
  ['error', 'error'],
  ['cancelled', 'denied'],
] as const)

const resultPiece = (result: Row): Piece => {
  const status = rawAt(result, 'status')
  const direct = rowAt(result, 'response')
  const nested = rowsAt(result, 'result').map((part) => rowAt(rowAt(part, 'functionResponse'), 'response'))
  const texts = [direct, ...nested].map((response) => rawAt(response, 'output') ?? rawAt(response, 'error'))
  const known = [...outcomes].find(([word]) => word === status)
  const failed = [direct, ...nested].some((response) => Object.hasOwn(response, 'error'))
  return {
    kind: 'result',
    call: rawAt(result, 'id'),
    text: texts.filter((text) => text !== null).join('\n'),
    outcome: known?.[1] ?? (failed ? 'error' : 'unknown'),
  }
}
