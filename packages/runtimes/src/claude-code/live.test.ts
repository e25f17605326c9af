import { describe, expect, it } from 'vitest'
import { parseClaudeAgents, parseClaudeProcess } from '../index.ts'

const row = {
  pid: 42,
  cwd: '/home/kim/shop',
  kind: 'interactive',
  startedAt: 1772618400000,
  sessionId: 'abc',
  name: 'shop',
}
const list = (...rows: unknown[]) => parseClaudeAgents(JSON.stringify(rows))

describe('parseClaudeAgents', () => {
  it('reads busy, idle and waiting', () => {
    expect(
      list(
        { ...row, status: 'busy' },
        { ...row, sessionId: 'b', status: 'idle' },
        { ...row, sessionId: 'c', status: 'waiting', waitingFor: 'permission prompt' },
      ),
    ).toEqual([
      { nativeId: 'abc', pid: 42, status: 'working', waitingFor: null, sinceMs: null },
      { nativeId: 'b', pid: 42, status: 'idle', waitingFor: null, sinceMs: null },
      { nativeId: 'c', pid: 42, status: 'waiting', waitingFor: 'permission prompt', sinceMs: null },
    ])
  })

  it('background agents: blocked waits, finished ones are not live', () => {
    const states = ['working', 'blocked', 'done', 'failed', 'stopped'].map((state) => ({
      ...row,
      kind: 'background',
      state,
    }))
    expect(list(...states)?.map((one) => one.status)).toEqual(['working', 'waiting'])
  })

  it('nothing runs is an empty list; unreadable is null', () => {
    expect(parseClaudeAgents('[]\n')).toEqual([])
    for (const text of ['', 'error: unknown command', '{}', 'null', '[{"sessionId"'])
      expect(parseClaudeAgents(text)).toBeNull()
  })

  it('leaves out rows without a session and survives odd fields', () => {
    expect(list(null, 1, {}, { ...row, sessionId: '' }, { ...row, pid: -1, status: { x: 1 } })).toEqual([
      { nativeId: 'abc', pid: null, status: 'idle', waitingFor: null, sinceMs: null },
    ])
  })
})

it('parseClaudeProcess reads one file of the same shape', () => {
  expect(
    parseClaudeProcess(JSON.stringify({ ...row, status: 'waiting', waitingFor: 'input needed' })),
  ).toEqual({
    nativeId: 'abc',
    pid: 42,
    status: 'waiting',
    waitingFor: 'input needed',
    sinceMs: null,
  })
  expect(parseClaudeProcess('{"pid":')).toBeNull()
})
