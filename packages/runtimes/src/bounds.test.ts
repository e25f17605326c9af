import { describe, expect, it } from 'vitest'
import { limits } from './bounds.ts'
import { claudeCode } from './claude-code/sessions.ts'
import { codex } from './codex/sessions.ts'
import { copilotCli } from './copilot-cli/sessions.ts'
import { geminiCli } from './gemini-cli/sessions.ts'
import type { SessionFormat } from './runtime.ts'

const drills = process.env.WATCHBILL_DRILLS === '1'
const calls = drills ? 200_000 : 24_000
const session = '01a1f847-0384-7a93-babc-b171a4c18c2b'
const timestamp = '2026-11-20T09:00:00.000Z'
const id = (kind: string, number: number) => `${kind}_${number}`

interface Sample {
  readonly format: SessionFormat
  readonly path: string
  /** Rows of one model call of 10 input tokens that asks for one tool, and its result. */
  readonly rows: (number: number) => readonly object[]
}

const samples: readonly Sample[] = [
  {
    format: claudeCode,
    path: `-p/${session}.jsonl`,
    rows: (number) => [
      {
        type: 'assistant',
        uuid: id('a', number),
        sessionId: session,
        timestamp,
        requestId: id('req', number),
        message: {
          id: id('msg', number),
          model: 'claude-sonnet-4-5',
          stop_reason: 'tool_use',
          usage: { input_tokens: 10, output_tokens: 1 },
          content: [{ type: 'tool_use', id: id('toolu', number), name: 'Bash', input: { command: 'ls' } }],
        },
      },
      {
        type: 'user',
        uuid: id('u', number),
        sessionId: session,
        timestamp,
        message: { content: [{ type: 'tool_result', tool_use_id: id('toolu', number), is_error: true }] },
      },
    ],
  },
  {
    format: codex,
    path: `2026/11/20/rollout-2026-11-20T09-26-05-${session}.jsonl`,
    rows: (number) => [
      {
        type: 'response_item',
        timestamp,
        payload: {
          type: 'function_call',
          name: 'exec_command',
          arguments: '{"cmd":"ls"}',
          call_id: id('c', number),
        },
      },
      {
        type: 'response_item',
        timestamp,
        payload: {
          type: 'function_call_output',
          call_id: id('c', number),
          output: 'Process exited with code 1\n',
        },
      },
      {
        type: 'event_msg',
        timestamp,
        payload: {
          type: 'token_count',
          info: { total_token_usage: { input_tokens: (number + 1) * 10, output_tokens: number + 1 } },
        },
      },
    ],
  },
  {
    format: geminiCli,
    path: 'shop/chats/session-1.jsonl',
    rows: (number) => [
      ...(number === 0 ? [{ sessionId: session, kind: 'main' }] : []),
      {
        id: id('m', number),
        type: 'gemini',
        timestamp,
        content: '',
        tokens: { input: 10, output: 1 },
        toolCalls: [{ id: id('t', number), name: 'shell', args: { command: 'ls' }, status: 'error' }],
      },
    ],
  },
  {
    format: copilotCli,
    path: `${session}/events.jsonl`,
    rows: (number) => [
      {
        type: 'session.usage_record',
        timestamp,
        data: { usage: { apiCallId: id('a', number), inputTokens: 10 } },
      },
      {
        type: 'tool.execution_start',
        timestamp,
        data: { toolCallId: id('c', number), toolName: 'bash', arguments: {} },
      },
      { type: 'tool.execution_complete', timestamp, data: { toolCallId: id('c', number), success: false } },
    ],
  },
]

describe.each(samples.map((sample) => ({ name: sample.format.name, sample })))('$name', ({ sample }) => {
  const { format, path, rows } = sample

  it(`keeps bounded state over ${calls} calls, and counts them all`, () => {
    const state = format.initial(path)
    const sizes: number[] = []
    for (let number = 0; number < calls; number += 1) {
      for (const row of rows(number)) format.apply(state, JSON.stringify(row))
      if ((number + 1) % (calls / 4) === 0) sizes.push(JSON.stringify(state).length)
    }
    expect(Math.max(...sizes)).toBeLessThan(4 * 1024 * 1024)
    const [facts] = format.sessions(new Map([[path, state]]))
    expect(facts).toMatchObject({ nativeId: session, toolCalls: calls, toolFailures: calls })
    expect(facts?.tokens.input).toBe(calls * 10)
  })

  it('reads the same after a stop at any place', () => {
    const whole = format.initial(path)
    let parts = format.initial(path)
    for (let number = 0; number < limits.calls * 1.1; number += 1) {
      for (const row of rows(number)) {
        format.apply(whole, JSON.stringify(row))
        format.apply(parts, JSON.stringify(row))
      }
      if (number % 2500 === 0) parts = JSON.parse(JSON.stringify(parts))
    }
    expect(JSON.stringify(parts)).toBe(JSON.stringify(whole))
  })
})
