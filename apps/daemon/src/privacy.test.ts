import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isAlive } from './alive.ts'
import {
  answerRow,
  appendRows,
  promptRow,
  resultRow,
  sessionFile,
  sessionId,
  writeRows,
} from './testing/claude-home.ts'
import { cursorTexts } from './testing/cursor-files.ts'
import { until } from './testing/folder.ts'
import { withMachines } from './testing/machine.ts'

const machine = withMachines()

/** Distinct words nobody else writes; each stands where an agent keeps content. */
const secret = (name: string) => `SEKRET-${name}-9f8e7d`

/** Every file below a folder, as text. */
const contents = async (folder: string): Promise<string> => {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n')
}

const plantClaude = async (home: string) => {
  const session = sessionId(1)
  const at = { session, atMs: Date.now() - 2000 }
  const file = sessionFile(home, session)
  const input = {
    command: `curl -H 'Authorization: ${secret('header')}' https://x/${secret('url')}`,
    description: secret('why'),
  }
  await writeRows(file, [
    promptRow(at, 1, `please ${secret('prompt')}`),
    answerRow(at, 2, { name: 'Bash', input }),
    resultRow(at, 3, 2, secret('output')),
    answerRow(at, 4, {
      name: 'Write',
      input: { file_path: `/x/${secret('path')}`, content: secret('content') },
    }),
    { type: 'custom-title', customTitle: secret('title'), sessionId: session },
    { type: 'summary', summary: secret('summary'), leafUuid: 'x' },
    { type: 'attachment', attachment: { content: secret('attachment') } },
    'a bare string',
  ])
  await appendRows(file, [])
  return { session, file, at }
}

const plantCodex = async (home: string) => {
  const id = '01a1f848-b543-7e91-9e5e-989cb75f9d5f'
  const timestamp = new Date(Date.now() - 2000).toISOString()
  const row = (type: string, payload: unknown) => ({ timestamp, type, payload })
  const call = {
    name: 'exec_command',
    call_id: 'c1',
    arguments: JSON.stringify({ cmd: `cat ${secret('codex-arg')}` }),
  }
  await writeRows(join(home, `.codex/sessions/2026/11/20/rollout-2026-11-20T09-27-57-${id}.jsonl`), [
    row('session_meta', {
      id,
      cwd: '/home/kim/shop',
      originator: 'codex-tui',
      cli_version: '0.169.0',
      timestamp,
      base_instructions: { text: secret('codex-base') },
    }),
    row('event_msg', { type: 'user_message', message: secret('codex-prompt') }),
    row('event_msg', { type: 'task_started', turn_id: 't1' }),
    row('response_item', { type: 'function_call', ...call }),
    row('response_item', { type: 'function_call_output', call_id: 'c1', output: secret('codex-output') }),
    row('event_msg', { type: 'agent_message', message: secret('codex-answer') }),
  ])
  return id
}

const plantGemini = async (home: string) => {
  const at = new Date(Date.now() - 2000).toISOString()
  const user = { id: 'm1', timestamp: at, type: 'user', content: [{ text: secret('gemini-prompt') }] }
  const model = {
    id: 'm2',
    timestamp: at,
    type: 'gemini',
    content: secret('gemini-answer'),
    thoughts: [{ subject: secret('gemini-thought') }],
  }
  const call = {
    id: 'c',
    name: 'run_shell_command',
    args: { command: `API_KEY=${secret('gemini-env')} make ${secret('gemini-arg')}` },
    result: [{ text: secret('gemini-result') }],
    status: 'success',
  }
  await writeRows(join(home, '.gemini/tmp/shop/chats/session-2026-11-20T09-29-1f2a70d7.jsonl'), [
    {
      sessionId: '1f2a70d7-0000-4000-8000-000000000001',
      projectHash: 'x',
      startTime: at,
      lastUpdated: at,
      kind: 'main',
    },
    user,
    {
      ...model,
      toolCalls: [call],
      tokens: { input: 5, output: 2, cached: 0, thoughts: 0, tool: 0, total: 7 },
    },
  ])
}

const plantCopilot = async (home: string) => {
  const timestamp = new Date(Date.now() - 2000).toISOString()
  const row = (type: string, data: unknown) => ({ type, data, id: type, timestamp, parentId: null })
  await writeRows(join(home, '.copilot/session-state/4fe8d3b0-280e-4a15-ab34-a8c768cabaab/events.jsonl'), [
    row('session.start', { sessionId: '4fe8d3b0-280e-4a15-ab34-a8c768cabaab', startTime: timestamp }),
    row('user.message', { content: secret('copilot-prompt') }),
    row('tool.execution_start', {
      toolCallId: 'c',
      toolName: 'bash',
      arguments: { command: `bash -c 'echo ${secret('copilot-arg')}'` },
    }),
    row('tool.execution_complete', {
      toolCallId: 'c',
      success: true,
      result: { content: secret('copilot-result') },
    }),
    row('assistant.message', { content: secret('copilot-answer') }),
  ])
}

it('lets no byte of prompts, tool inputs, outputs or titles reach spool, cursors, log, status or wire', async () => {
  const { home, data, sink, begin, watchbill } = await machine()
  const { session, file, at } = await plantClaude(home)
  const codex = await plantCodex(home)
  await plantGemini(home)
  await plantCopilot(home)
  const pid = await begin()
  await until('all four agents', () => new Set(sink.snapshots.map(({ agent }) => agent.runtime)).size === 4)
  await sink.close()
  // With the control plane away the next snapshot stays in the spool, to be looked at there.
  await appendRows(file, [resultRow(at, 5, 4, secret('late')), promptRow(at, 6, secret('late-prompt'))])
  await until(
    'a snapshot in the spool',
    async () => JSON.parse((await watchbill(['status', '--json'])).out).daemon.spool.pending > 0,
  )
  await until('all cursors', async () => (await cursorTexts(data)).length === 4)
  process.kill(pid, 'SIGKILL')
  await until('its death', () => !isAlive(pid))
  const status = await watchbill(['status'])
  const stored = await contents(join(data, 'daemon'))
  const wire = sink.bodies.join('\n')
  expect(sink.sessions().has(session) && sink.sessions().has(codex), 'it did report them').toBe(true)
  expect(stored.includes(session), 'it did store them').toBe(true)
  for (const [where, text] of Object.entries({ stored, wire, status: status.out })) {
    expect(text.match(/SEKRET-[\w-]+/g), where).toBeNull()
  }
  expect(wire.includes('/home/kim'), 'whole paths stay here').toBe(false)
})
