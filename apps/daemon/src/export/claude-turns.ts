import { parseRow, type Row, rawAt, rowAt, rowsAt, valueAt } from '@watchbill/runtimes/row'
import { contentText } from './content-text.ts'
import { type Piece, type Turn, type TurnReader, textPiece, turnOf } from './turn.ts'

/** Claude Code: an answer stands in several rows with one message id and is one turn. */
export const claudeTurns = (): TurnReader => {
  let held: { id: string; at: string | null; agent: string | null; pieces: Piece[] } | null = null
  const flush = (): Turn[] => {
    const turns = held === null ? [] : turnOf('assistant', held.at, held.agent, held.pieces)
    held = null
    return turns
  }
  const answer = (row: Row): Turn[] => {
    const id = rawAt(rowAt(row, 'message'), 'id') ?? rawAt(row, 'uuid') ?? ''
    const pieces = rowsAt(rowAt(row, 'message'), 'content').flatMap(answerPiece)
    if (held?.id === id) {
      held.pieces.push(...pieces)
      return []
    }
    const turns = flush()
    held = { id, at: rawAt(row, 'timestamp'), agent: agentOf(row), pieces }
    return turns
  }
  return {
    line: (text) => {
      const row = parseRow(text)
      const type = row === null ? null : rawAt(row, 'type')
      if (row === null) return []
      if (type === 'assistant') return answer(row)
      if (type === 'user') return [...flush(), ...question(row)]
      const compacted = type === 'system' && valueAt(row, 'subtype') === 'compact_boundary'
      return compacted
        ? [...flush(), ...said('system', row, [{ kind: 'text', text: 'Context compacted.' }])]
        : []
    },
    end: flush,
  }
}

const answerPiece = (block: Row): Piece[] => {
  if (valueAt(block, 'type') === 'text') return textPiece(rawAt(block, 'text'))
  if (valueAt(block, 'type') !== 'tool_use') return []
  const tool = rawAt(block, 'name') ?? 'tool'
  return [{ kind: 'call', call: rawAt(block, 'id'), tool, input: valueAt(block, 'input') ?? null }]
}

const question = (row: Row): Turn[] => {
  const message = rowAt(row, 'message')
  const blocks = rowsAt(message, 'content')
  const results = blocks.filter((block) => valueAt(block, 'type') === 'tool_result')
  const inserted = valueAt(row, 'isMeta') === true || valueAt(row, 'isCompactSummary') === true
  const words = blocks.filter((block) => valueAt(block, 'type') !== 'tool_result')
  const text = rawAt(message, 'content') ?? contentText(words)
  return [
    ...said(
      'tool',
      row,
      results.map((block) => resultPiece(row, block)),
    ),
    ...said(inserted ? 'system' : 'user', row, textPiece(text)),
  ]
}

const resultPiece = (row: Row, block: Row): Piece => {
  const denied =
    rawAt(row, 'toolDenialKind') !== null ||
    valueAt(rowAt(row, 'permissionDecision'), 'decision') === 'reject'
  const failed = valueAt(block, 'is_error') === true
  return {
    kind: 'result',
    call: rawAt(block, 'tool_use_id'),
    text: contentText(valueAt(block, 'content')),
    outcome: denied ? 'denied' : failed ? 'error' : 'ok',
  }
}

const agentOf = (row: Row): string | null =>
  rawAt(row, 'agentId') ?? (valueAt(row, 'isSidechain') === true ? 'sidechain' : null)

const said = (role: Turn['role'], row: Row, pieces: readonly Piece[]): Turn[] =>
  turnOf(role, rawAt(row, 'timestamp'), agentOf(row), pieces)
