import { appendFile, chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Failure } from '../cli/failure.ts'
import {
  answerRow,
  formatRows,
  promptRow,
  resultRow,
  sessionFile,
  sessionId,
} from '../testing/claude-home.ts'
import { testFolder } from '../testing/folder.ts'
import { exportSession } from './export.ts'

const machine = async () => {
  const home = await testFolder()
  const lines: string[] = []
  const terminal = {
    env: { HOME: home, WATCHBILL_DATA: join(home, 'data') },
    out: (text: string) => {
      lines.push(text)
    },
    err: () => {},
    readInput: async () => '',
  }
  const put = async (path: string, rows: readonly unknown[]) => {
    await mkdir(dirname(join(home, path)), { recursive: true })
    await appendFile(join(home, path), formatRows(rows))
  }
  const run = async (...args: string[]) => {
    lines.length = 0
    await exportSession(args, terminal)
    return lines.join('\n')
  }
  const turns = async (session: string) =>
    (await run(session, '--format', 'jsonl'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  return { home, put, run, turns }
}

const claude = { session: sessionId(1), atMs: Date.UTC(2026, 10, 20) }
const short = (turn: { role: string; pieces: { text?: string; tool?: string; outcome?: string }[] }) =>
  `${turn.role}: ${turn.pieces.map(({ text, tool, outcome }) => [tool, outcome, text].filter(Boolean).join(' ')).join(' + ')}`

describe('turns', () => {
  it('of Claude Code: rows of one answer are one turn, results follow their calls', async () => {
    const { home, put, turns } = await machine()
    const answer = answerRow(claude, 2)
    const call = answerRow(claude, 2, { name: 'Bash', input: { command: 'npm test' } })
    await put(sessionFile('', claude.session), [
      promptRow(claude, 1, 'run the tests'),
      answer,
      { ...call, uuid: 'other' },
      resultRow(claude, 3, 2, [{ type: 'text', text: '12 passed' }]),
      { type: 'system', subtype: 'compact_boundary', sessionId: claude.session },
      { ...promptRow(claude, 4, 'a summary'), isCompactSummary: true },
      { type: 'unknown-row' },
      answerRow(claude, 5),
    ])
    expect((await turns(claude.session)).map(short)).toEqual([
      'user: run the tests',
      'assistant: done + Bash',
      'tool: ok 12 passed',
      'system: Context compacted.',
      'system: a summary',
      'assistant: done',
    ])
    expect(home).toBeTruthy()
  })

  const codexFile =
    '.codex/sessions/2026/11/20/rollout-2026-11-20T09-26-05-01a1f847-0384-7a93-babc-b171a4c18c2b.jsonl'
  const codexId = '01a1f847-0384-7a93-babc-b171a4c18c2b'
  const meta = { type: 'session_meta', payload: { id: codexId, cwd: '/x' } }
  const response = (payload: object) => ({ type: 'response_item', payload })
  const event = (payload: object) => ({ type: 'event_msg', payload })
  const said = (role: string, text: string) =>
    response({ type: 'message', role, content: [{ type: 'output_text', text }] })

  it('of Codex: the same words in three rows are said once; the end of the turn is the last resort', async () => {
    const { put, turns } = await machine()
    await put(codexFile, [
      meta,
      event({ type: 'task_started' }),
      said('user', '<environment_context>\n</environment_context>'),
      said('user', 'list'),
      event({
        type: 'item_completed',
        item: { type: 'UserMessage', content: [{ type: 'text', text: 'list' }] },
      }),
      event({
        type: 'item_completed',
        item: { type: 'AgentMessage', content: [{ type: 'Text', text: 'Listing.' }] },
      }),
      said('assistant', 'Listing.'),
      response({ type: 'function_call', name: 'exec_command', arguments: '{"cmd":"ls"}', call_id: 'c1' }),
      response({
        type: 'function_call_output',
        call_id: 'c1',
        output: 'Process exited with code 1\nOutput:\nno',
      }),
      event({ type: 'task_complete', last_agent_message: 'It failed.' }),
      event({ type: 'task_started' }),
      said('user', 'list'),
      event({ type: 'agent_message', message: 'Again.' }),
      event({ type: 'task_complete', last_agent_message: 'Again.' }),
    ])
    expect((await turns(codexId)).map(short)).toEqual([
      'user: list',
      'assistant: Listing.',
      'assistant: exec_command',
      expect.stringContaining('tool: error'),
      'assistant: It failed.',
      'user: list',
      'assistant: Again.',
    ])
  })

  it('of Gemini CLI: a message that is written again is told once, with what is new', async () => {
    const { put, turns } = await machine()
    const message = { id: 'm2', type: 'gemini', content: 'Listing.', timestamp: '2026-11-20T09:29:41.743Z' }
    const toolCalls = [
      {
        id: 't1',
        name: 'shell',
        args: { command: 'ls' },
        status: 'success',
        result: [{ functionResponse: { response: { output: 'a.txt' } } }],
      },
    ]
    const prompt = { id: 'm1', type: 'user', content: [{ text: 'list' }] }
    const rest = {
      id: 'm3',
      type: 'user',
      content: [{ functionResponse: { id: 't1', response: { output: 'a.txt' } } }],
    }
    await put('.gemini/tmp/shop/chats/session-2026-11-20T09-29-1f2a70d7.jsonl', [
      { sessionId: '1f2a70d7-7e8b-452d-b071-a7a920e2ae2f', kind: 'main' },
      { $set: { messages: [{ id: 'm0', type: 'user', content: [{ text: '<session_context>\nhello' }] }] } },
      prompt,
      message,
      { $set: { lastUpdated: '2026-11-20T09:29:41.743Z' } },
      { ...message, toolCalls },
      rest,
      { $set: { messages: [prompt, { ...message, toolCalls }, rest] } },
    ])
    expect((await turns('1f2a')).map(short)).toEqual([
      'user: list',
      'assistant: Listing. + shell',
      'tool: ok a.txt',
    ])
  })

  it('of Copilot CLI: calls once, sub-agents by name', async () => {
    const { put, turns } = await machine()
    const row = (type: string, data: object, agentId?: string) => ({ type, data, agentId, id: type })
    await put('.copilot/session-state/4fe8d3b0-280e-4a15-ab34-a8c768cabaab/events.jsonl', [
      row('session.start', { sessionId: '4fe8d3b0-280e-4a15-ab34-a8c768cabaab' }),
      row('user.message', { content: 'go' }),
      row('assistant.message', {
        content: '',
        toolRequests: [{ toolCallId: 'c1', name: 'task', arguments: {} }],
      }),
      row('tool.execution_start', { toolCallId: 'c1', toolName: 'task', arguments: {} }),
      row('assistant.message', { content: 'I looked.', toolRequests: [] }, 'fb82'),
      row('tool.execution_complete', { toolCallId: 'c1', success: false, result: { content: 'broke' } }),
    ])
    const found = await turns('4fe8d3b0')
    expect(found.map(short)).toEqual([
      'user: go',
      'assistant: task',
      'assistant: I looked.',
      'tool: error broke',
    ])
    expect(found[2].agent).toBe('fb82')
  })

  it('of anything: damaged, foreign and hostile rows are passed over', async () => {
    const { put, turns, home } = await machine()
    await put(sessionFile('', claude.session), [promptRow(claude, 1, 'first')])
    await appendFile(
      sessionFile(home, claude.session),
      '{"type":"user"\n\0\0\n[1]\nnull\n{"type":"assistant","message":7}\n',
    )
    await put(sessionFile('', claude.session), [
      { type: 'user', message: { content: [{ type: 'tool_result', content: { deep: [1] } }, 5, null] } },
      promptRow(claude, 2, 'last'),
    ])
    expect((await turns(claude.session)).map(short).filter((line) => line.startsWith('user'))).toEqual([
      'user: first',
      'user: last',
    ])
  })
})

describe('names', () => {
  it('finds by beginning, and refuses to choose between two', async () => {
    const { put, run } = await machine()
    for (const number of [1, 2]) {
      const options = { session: sessionId(number), atMs: claude.atMs }
      await put(sessionFile('', options.session), [promptRow(options, number)])
    }
    expect(await run(sessionId(2))).toContain(sessionId(2))
    await expect(run('aaaaaaaa')).rejects.toThrow(
      expect.objectContaining({ why: expect.stringContaining('2 sessions') }),
    )
    await expect(run('bbbb')).rejects.toThrow(Failure)
    await expect(run()).rejects.toMatchObject({ exitCode: 2 })
    await expect(run(sessionId(1), '--format', 'html')).rejects.toMatchObject({ exitCode: 2 })
  })

  it('never reads through a link in the roots', async () => {
    const { home, run } = await machine()
    const outside = join(await testFolder(), 'x.jsonl')
    await writeFile(outside, formatRows([promptRow(claude, 1, 'SECRET')]))
    await mkdir(dirname(sessionFile(home, claude.session)), { recursive: true })
    await symlink(outside, sessionFile(home, claude.session))
    await expect(run(claude.session)).rejects.toThrow(Failure)
  })

  it('keeps quiet where the configuration says so', async () => {
    const { home, put, run } = await machine()
    await put(sessionFile('', claude.session), [promptRow(claude, 1)])
    await mkdir(join(home, 'data/daemon'), { recursive: true })
    await writeFile(join(home, 'data/daemon/config.yaml'), 'version: 2\nflags:\n  export: false\n')
    await chmod(join(home, 'data/daemon/config.yaml'), 0o600)
    await expect(run(claude.session)).rejects.toThrow(
      expect.objectContaining({ why: expect.stringContaining('flags.export') }),
    )
  })
})

describe('the file', () => {
  const setting = async () => {
    const here = await machine()
    await here.put(sessionFile('', claude.session), [promptRow(claude, 1, 'hello')])
    return { ...here, path: join(here.home, 'out.md') }
  }

  it('is new, whole and for this user alone', async () => {
    const { home, run, path } = await setting()
    expect(await run(claude.session, '-o', path)).toContain('Exported 1 turns')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readFile(path, 'utf8')).toContain('hello')
    expect((await readdir(home)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('is not overwritten without --force, and never written through a link', async () => {
    const { run, path, home } = await setting()
    await writeFile(path, 'mine')
    await expect(run(claude.session, '-o', path)).rejects.toThrow(
      expect.objectContaining({ mend: expect.stringContaining('--force') }),
    )
    expect(await readFile(path, 'utf8')).toBe('mine')
    await run(claude.session, '-o', path, '--force')
    expect(await readFile(path, 'utf8')).toContain('hello')
    const target = join(home, 'target')
    await writeFile(target, 'mine')
    for (const [name, to] of [
      ['link.md', target],
      ['dangling.md', join(home, 'nowhere')],
    ] as const) {
      await symlink(to, join(home, name))
      for (const force of [[], ['--force']])
        await expect(run(claude.session, '-o', join(home, name), ...force)).rejects.toThrow(
          expect.objectContaining({ why: expect.stringContaining('symbolic link') }),
        )
    }
    expect(await readFile(target, 'utf8')).toBe('mine')
    await expect(run(claude.session, '-o', home, '--force')).rejects.toThrow(Failure)
    await expect(run(claude.session, '-o', join(home, 'no/such/folder'))).rejects.toThrow(Failure)
  })
})
