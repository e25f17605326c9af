import { randomUUID } from 'node:crypto'
import { appendFile, mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A home folder with one Claude Code project in it, and the means to go on working there. */
export interface ClaudeHome {
  readonly home: string
  /** Starts a session: its file holds one prompt. */
  begin(prompt?: string): Promise<ClaudeSession>
}
export interface ClaudeSession {
  readonly nativeId: string
  /** One model call that asks for a tool; adds 10 uncached input and 5 output tokens. */
  callTool(command: string): Promise<void>
  /** One model call that ends the turn; adds the same tokens. */
  finish(): Promise<void>
}

export const createClaudeHome = async (): Promise<ClaudeHome> => {
  const home = await mkdtemp(join(tmpdir(), 'watchbill-home-'))
  const folder = join(home, '.claude', 'projects', '-srv-acme-api')
  await mkdir(folder, { recursive: true })
  return { home, begin: (prompt) => begin(folder, prompt) }
}

const begin = async (folder: string, prompt = 'Please do it.'): Promise<ClaudeSession> => {
  const nativeId = randomUUID()
  const file = join(folder, `${nativeId}.jsonl`)
  const write = (row: object) =>
    appendFile(
      file,
      `${JSON.stringify({
        ...row,
        uuid: randomUUID(),
        sessionId: nativeId,
        timestamp: new Date().toISOString(),
        cwd: '/srv/acme/api',
        gitBranch: 'main',
        version: '2.1.328',
        isSidechain: false,
      })}\n`,
    )
  const answer = (content: object[], stopReason: string) =>
    write({
      type: 'assistant',
      requestId: `req_${randomUUID()}`,
      message: {
        id: `msg_${randomUUID()}`,
        role: 'assistant',
        model: 'claude-sonnet-4-5',
        content,
        stop_reason: stopReason,
        usage: {
          input_tokens: 10,
          output_tokens: 5,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 0,
        },
      },
    })
  await write({ type: 'user', message: { role: 'user', content: prompt } })
  return {
    nativeId,
    callTool: (command) =>
      answer(
        [{ type: 'tool_use', id: `toolu_${randomUUID()}`, name: 'Bash', input: { command } }],
        'tool_use',
      ),
    finish: () => answer([{ type: 'text', text: 'Done.' }], 'end_turn'),
  }
}
