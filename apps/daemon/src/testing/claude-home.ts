import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface RowOptions {
  /** Time of the row, ms. */
  readonly atMs: number
  readonly session: string
  readonly cwd?: string
}

const common = ({ atMs, session, cwd }: RowOptions, number: number) => ({
  uuid: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  sessionId: session,
  timestamp: new Date(atMs).toISOString(),
  cwd: cwd ?? '/home/kim/shop',
  gitBranch: 'main',
  version: '2.1.328',
  userType: 'external',
  entrypoint: 'cli',
  isSidechain: false,
})

/** A row with a person's prompt; `number` makes its ids unique. */
export const promptRow = (options: RowOptions, number: number, text = 'do it') => ({
  type: 'user',
  ...common(options, number),
  message: { role: 'user', content: text },
})

/** A row with one model answer of 10 input and 5 output tokens: final text, or a tool call that stays open. */
export const answerRow = (
  options: RowOptions,
  number: number,
  tool: { name: string; input: unknown } | null = null,
) => ({
  type: 'assistant',
  ...common(options, number),
  requestId: `req_${number}`,
  message: {
    id: `msg_${number}`,
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    stop_reason: tool === null ? 'end_turn' : 'tool_use',
    content: [
      tool === null ? { type: 'text', text: 'done' } : { type: 'tool_use', id: `toolu_${number}`, ...tool },
    ],
    usage: { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 },
  },
})

export const resultRow = (options: RowOptions, number: number, call: number, content: unknown) => ({
  type: 'user',
  ...common(options, number),
  message: {
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: `toolu_${call}`, content, is_error: false }],
  },
})

export const sessionId = (number: number): string =>
  `aaaaaaaa-0000-4000-8000-${String(number).padStart(12, '0')}`

export const sessionFile = (home: string, session: string): string =>
  join(home, '.claude/projects/-home-kim-shop', `${session}.jsonl`)

export const formatRows = (rows: readonly unknown[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('')

export const writeRows = async (path: string, rows: readonly unknown[]): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, formatRows(rows))
}

export const appendRows = (path: string, rows: readonly unknown[]): Promise<void> =>
  appendFile(path, formatRows(rows))
