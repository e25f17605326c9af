import { parseRow, type Row, rawAt, rowAt, rowsAt, valueAt } from '@watchbill/runtimes/row'
import { contentText } from './content-text.ts'
import { type Piece, type Turn, type TurnReader, textPiece, turnOf } from './turn.ts'

/** Copilot CLI: messages, and tool calls that stand in the message and again where they start. */
export const copilotTurns = (): TurnReader => {
  const called = new Set<string>()
  const callPiece = (request: Row, name: string): Piece[] => {
    const call = rawAt(request, 'toolCallId')
    if (call !== null && called.has(call)) return []
    if (call !== null) called.add(call)
    const tool = rawAt(request, name) ?? 'tool'
    return [{ kind: 'call', call, tool, input: valueAt(request, 'arguments') ?? null }]
  }
  const read: Record<string, (data: Row) => [Turn['role'], readonly Piece[]]> = {
    'user.message': (data) => ['user', textPiece(rawAt(data, 'content'))],
    'assistant.message': (data) => [
      'assistant',
      [
        ...textPiece(rawAt(data, 'content')),
        ...rowsAt(data, 'toolRequests').flatMap((request) => callPiece(request, 'name')),
      ],
    ],
    'tool.execution_start': (data) => ['assistant', callPiece(data, 'toolName')],
    'tool.execution_complete': (data) => ['tool', [resultPiece(data)]],
    'session.error': (data) => ['system', textPiece(rawAt(data, 'message'))],
    'session.compaction_complete': () => ['system', textPiece('Context compacted.')],
  }
  return {
    line: (text) => {
      const row = parseRow(text)
      const type = row === null ? null : rawAt(row, 'type')
      const reader = type !== null && Object.hasOwn(read, type) ? read[type] : undefined
      if (row === null || reader === undefined) return []
      const [role, pieces] = reader(rowAt(row, 'data'))
      return turnOf(role, rawAt(row, 'timestamp'), rawAt(row, 'agentId'), pieces)
    },
    end: () => [],
  }
}

const resultPiece = (data: Row): Piece => {
  const error = rowAt(data, 'error')
  const denied = /den(y|ied)|reject/i.test(rawAt(error, 'code') ?? '')
  const ok = valueAt(data, 'success')
  const text = contentText(valueAt(rowAt(data, 'result'), 'content')) || (rawAt(error, 'message') ?? '')
  const outcome = denied ? 'denied' : ok === true ? 'ok' : ok === false ? 'error' : 'unknown'
  return { kind: 'result', call: rawAt(data, 'toolCallId'), text, outcome }
}
