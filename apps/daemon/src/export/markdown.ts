import type { Piece, Turn } from './turn.ts'
import { visible } from './visible.ts'

/**
 * Trust boundary: agents, tools and web pages wrote these texts. All of them stand in fenced blocks or code spans, which
 * no Markdown reader takes for HTML, links or images; what would not be seen is written out.
 */
export const markdownTurn = (turn: Turn): string => {
  const agent = turn.agent === null ? '' : ` of sub-agent ${codeSpan(turn.agent)}`
  const at = turn.at === null ? '' : ` · ${codeSpan(turn.at)}`
  return [`## ${titles[turn.role]}${agent}${at}`, ...turn.pieces.map(formatPiece)].join('\n\n').concat('\n')
}

export const markdownTitle = (runtime: string, nativeId: string): string =>
  `# ${runtime} session ${codeSpan(nativeId)}\n`

const titles: Record<Turn['role'], string> = {
  user: 'User',
  assistant: 'Assistant',
  tool: 'Tool',
  system: 'System',
}

const formatPiece = (piece: Piece): string => {
  if (piece.kind === 'text') return fenced(piece.text, 'text')
  const of = piece.call === null ? '' : ` (${codeSpan(piece.call)})`
  if (piece.kind === 'call') {
    const input = JSON.stringify(piece.input, null, 2) ?? 'null'
    return `Calls ${codeSpan(piece.tool)}${of}:\n\n${fenced(input, 'json')}`
  }
  return `Result${of}, ${piece.outcome}:\n\n${fenced(piece.text, 'text')}`
}

/** CommonMark 4.5: a fence ends at one at least as long, so this one is longer than any run inside. */
const fenced = (text: string, info: string): string => {
  const shown = visible(text)
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1))
  return `${fence}${info}\n${shown.replace(/\n$/, '')}\n${fence}`
}

/** CommonMark 6.1: a span ends at a run of the same length. */
const codeSpan = (text: string): string => {
  const shown = visible(text.slice(0, 200)).replace(/\s+/g, ' ')
  const ticks = '`'.repeat(longestRun(shown) + 1)
  const padded = /^[` ]|[` ]$/.test(shown) || shown === '' ? ` ${shown} ` : shown
  return `${ticks}${padded}${ticks}`
}

const longestRun = (text: string): number => {
  let longest = 0
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  return longest
}
