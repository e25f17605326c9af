import { readLines } from '../collect/lines.ts'
import { openBelow } from '../collect/open-below.ts'
import { claudeTurns } from './claude-turns.ts'
import { codexTurns } from './codex-turns.ts'
import { copilotTurns } from './copilot-turns.ts'
import type { FoundSession, SessionFile } from './find-session.ts'
import { geminiTurns } from './gemini-turns.ts'
import { markdownTitle, markdownTurn } from './markdown.ts'
import type { Target } from './target.ts'
import type { Turn, TurnReader } from './turn.ts'
import { visibleJson } from './visible.ts'

export type Format = 'markdown' | 'jsonl'

/** Bytes read before what they gave is written: memory stays at about this, however long the session. */
const passBytes = 1024 * 1024

const readers: Readonly<Record<string, () => TurnReader>> = {
  'claude-code': claudeTurns,
  codex: codexTurns,
  'gemini-cli': geminiTurns,
  'copilot-cli': copilotTurns,
}

/** Writes a session's turns in the order of its files; answers how many, and how many lines were too long to read. */
export const writeTranscript = async (
  session: FoundSession,
  format: Format,
  target: Target,
): Promise<{ count: number; oversized: number }> => {
  const sum = { count: 0, oversized: 0 }
  const [first] = session.files
  if (format === 'markdown')
    await target.write(markdownTitle(first?.format.name ?? session.runtime, session.nativeId))
  for (const file of session.files) {
    for await (const { turns, oversized } of turnsOf(file)) {
      sum.count += turns.length
      sum.oversized += oversized
      const text = turns.map((turn) => formatTurn(turn, format)).join('')
      if (text !== '') await target.write(text)
    }
  }
  return sum
}

const formatTurn = (turn: Turn, format: Format): string =>
  format === 'markdown' ? `\n${markdownTurn(turn)}` : `${visibleJson(JSON.stringify(turn))}\n`

async function* turnsOf(file: SessionFile): AsyncGenerator<{ turns: Turn[]; oversized: number }> {
  const reader = readers[file.format.runtime]?.()
  if (reader === undefined) return
  const { handle } = await openBelow(file.root, file.path)
  try {
    const position = { offset: 0, skipping: false }
    for (let ended = false; !ended; ) {
      const turns: Turn[] = []
      let oversized = 0
      const sink = {
        line: (text: string) => {
          turns.push(...reader.line(text))
        },
        oversize: () => {
          oversized += 1
        },
      }
      ended = await readLines(handle, position, sink, { budgetBytes: passBytes })
      yield { turns, oversized }
    }
    yield { turns: [...reader.end()], oversized: 0 }
  } finally {
    await handle.close()
  }
}
