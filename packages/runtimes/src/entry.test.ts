import { eventSchemas } from '@watchbill/contract/events'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formats, sessionIdOf, toEntry } from './index.ts'
import type { RuntimeEvent } from './runtime.ts'

const agentId = 'agt_01a1f848-b543-4e91-9e5e-989cb75f9d5f'

const event = (more: Partial<RuntimeEvent> = {}): RuntimeEvent => ({
  type: 'tool.called',
  key: 'k',
  atMs: Date.UTC(2026, 2, 4, 10),
  nativeId: 's1',
  decision: null,
  call: 'toolu_1',
  tool: 'Bash',
  request: 'git push',
  content: '{"command":"git push origin main"}',
  outcome: null,
  durationMs: null,
  by: null,
  cause: null,
  parent: null,
  subagent: null,
  kind: null,
  model: null,
  mode: null,
  from: null,
  entrypoint: null,
  version: null,
  tokensBefore: null,
  tokensAfter: null,
  status: null,
  attempt: null,
  ...more,
})

const at = (level: 'none' | 'request' | 'content', imported = false) => ({ agentId, level, imported })
const session = sessionIdOf(agentId, 's1')

describe('toEntry', () => {
  it('says at each level what may be said there', () => {
    const none = { session, imported: false, call: 'toolu_1', tool: 'Bash' }
    expect(toEntry(event(), at('none')).payload).toEqual(none)
    expect(toEntry(event(), at('request')).payload).toEqual({ ...none, request: 'git push' })
    const content = '{"command":"git push origin main"}'
    expect(toEntry(event(), at('content')).payload).toEqual({ ...none, request: 'git push', content })
  })

  it('carries time, decision and version for the header', () => {
    const refused = event({ type: 'tool.refused', decision: 'deny', by: 'rule', atMs: null })
    const { payload, ...head } = toEntry(refused, at('none', true))
    expect(head).toEqual({ type: 'tool.refused', v: 1, atMs: null, decision: 'deny' })
    expect(payload).toMatchObject({ by: 'rule', imported: true })
  })

  it('names parents and sub-agents by our ids', () => {
    const forked = event({ type: 'session.started', parent: 's0', cause: 'fork' })
    expect(toEntry(forked, at('none')).payload).toEqual({
      session,
      imported: false,
      cause: 'fork',
      parent: sessionIdOf(agentId, 's0'),
    })
    const helper = event({ type: 'subagent.finished', subagent: 's1/a', outcome: 'ok' })
    expect(toEntry(helper, at('none')).payload).toMatchObject({ subagent: sessionIdOf(agentId, 's1/a') })
  })

  it('leaves out what is unknown and what is absurd', () => {
    const odd = event({ type: 'model.failed', status: 7, attempt: -1, kind: null, content: null })
    expect(toEntry(odd, at('content')).payload).toEqual({ session, imported: false, kind: 'unknown' })
    const long = event({
      type: 'tool.finished',
      durationMs: 1.5,
      outcome: null,
      content: 'x '.repeat(30_000),
    })
    const { payload } = toEntry(long, at('content'))
    expect(payload.outcome).toBe('unknown')
    expect(payload).not.toHaveProperty('durationMs')
    expect(String(payload.content).length).toBeLessThanOrEqual(20_000)
  })

  it('sends no planted secret at any level, whichever text it stands in', () => {
    const secrets = ['ghp_', 'AKIA', 'sk-ant-api03-'].map(
      (head) => head + 'Q7ZPLX2VB9KD4RF8'.repeat(head === 'AKIA' ? 1 : 3),
    )
    const texts = [
      'call',
      'tool',
      'request',
      'content',
      'cause',
      'kind',
      'model',
      'mode',
      'from',
      'version',
    ] as const
    const types = Object.keys(eventSchemas).filter(
      (type): type is keyof typeof eventSchemas => type in eventSchemas,
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.constantFrom(...texts),
        fc.constantFrom(...secrets),
        fc.constantFrom('none', 'request', 'content'),
        (type, name, secret, level) => {
          const { payload } = toEntry(event({ type, [name]: `a ${secret} b` }), at(level))
          expect(JSON.stringify(payload)).not.toContain(secret)
          expect(eventSchemas[type].payload.safeParse(payload).error?.issues ?? []).toEqual([])
        },
      ),
    )
  })

  it('joins the events of a call whose id looks like a key', () => {
    const call = `ghp_${'Q7ZPLX2VB9KD4RF8'.repeat(3)}`
    const called = toEntry(event({ call }), at('none')).payload.call
    expect(called).toBe(toEntry(event({ type: 'tool.finished', call }), at('none')).payload.call)
    expect(called).not.toBe(call)
    expect(called).not.toBe(toEntry(event({ call: `${call}x` }), at('none')).payload.call)
  })
})

it('what a command and its output hold leaves at level content only, without the secrets in them', () => {
  const claude = formats[0]
  if (claude === undefined) throw new Error('no formats')
  const token = `ghp_${'Q7ZPLX2VB9KD4RF8'.repeat(3)}`
  const rows = [
    {
      type: 'assistant',
      uuid: 'a',
      sessionId: 's1',
      message: {
        id: 'm',
        content: [
          { type: 'tool_use', id: 't', name: 'Bash', input: { command: `git push https://x:${token}@h/r` } },
        ],
      },
    },
    {
      type: 'user',
      uuid: 'b',
      sessionId: 's1',
      message: {
        content: [{ type: 'tool_result', tool_use_id: 't', content: `pushed with password=hunter2 to main` }],
      },
    },
  ]
  const told: RuntimeEvent[] = []
  const state = claude.initial('p/s1.jsonl')
  for (const row of rows) claude.apply(state, JSON.stringify(row), (one) => told.push(one))
  const sent = (level: 'none' | 'request' | 'content') =>
    JSON.stringify(told.map((one) => toEntry(one, at(level)).payload))
  expect(sent('none')).not.toContain('push')
  expect(sent('request')).toContain('"request":"git push"')
  expect(sent('request')).not.toContain('pushed with')
  expect(sent('content')).toContain('pushed with')
  expect(sent('content')).toContain('to main')
  for (const level of ['none', 'request', 'content'] as const) {
    expect(sent(level)).not.toContain(token)
    expect(sent(level)).not.toContain('hunter2')
  }
})
