import { describe, expect, it } from 'vitest'
import { formatQuery } from './format.ts'
import { matchEntry } from './match.ts'
import { parseQuery } from './parse.ts'
import { resolveQuery } from './resolve.ts'
import { fieldsOf, headerOnly } from './uses.ts'

const directory = {
  agents: [
    { id: 'agt_1', name: 'build-07', runtime: 'claude-code', machineId: 'mch_1' },
    { id: 'agt_2', name: 'Build-07', runtime: 'codex', machineId: 'mch_2' },
    { id: 'agt_3', name: 'review', runtime: 'codex', machineId: 'mch_2' },
    // Somebody calls theirs like an id of another.
    { id: 'agt_4', name: 'agt_1', runtime: 'gemini', machineId: 'mch_2' },
  ],
  machines: [
    { id: 'mch_1', name: 'laptop' },
    { id: 'mch_2', name: 'control-plane' },
  ],
}
const resolved = (text: string, among = directory) => resolveQuery(parseQuery(text, 0), among)

describe('resolveQuery', () => {
  it.each([
    ['agent:build-07', 'agent:agt_1,agt_2'],
    ['agent:BUILD-07,review', 'agent:agt_1,agt_2,agt_3'],
    ['agent:build*', 'agent:agt_1,agt_2'],
    ['agent:agt_1', 'agent:agt_1'],
    ['agent:AGT_3', 'agent:agt_3'],
    ['agent:agt_*', 'agent:agt_1,agt_2,agt_3,agt_4'],
    ['agent:nobody', 'agent:nobody'],
    ['agent:nobody*', 'agent:"nobody*"'],
    ['agent:*', 'agent:*'],
    ['agent:none,review', 'agent:none,agt_3'],
    ['-agent:review', '-agent:agt_3'],
    ['runtime:codex', 'agent:agt_2,agt_3'],
    ['runtime:c*', 'agent:agt_1,agt_2,agt_3'],
    ['runtime:none', 'agent:none'],
    ['runtime:unheard', 'agent:unheard'],
    ['machine:laptop', 'machine:mch_1'],
    ['machine:control-plane', 'machine:control-plane'],
    ['machine:control*', 'machine:control-plane,mch_2'],
    ['machine:mch_2', 'machine:mch_2'],
    ['(agent:review OR tool:Bash) "x" seq:1 sort:oldest', '(agent:agt_3 OR tool:Bash) x seq:1 sort:oldest'],
    ['', ''],
  ])('%s becomes %s', (text, expected) => {
    expect(formatQuery(resolved(text))).toBe(expected)
  })

  it('asks of another directory what it asked of the first', () => {
    const agents = [{ id: 'agt_9', name: 'build-07', runtime: 'codex', machineId: 'mch_9' }]
    for (const text of ['agent:build-07', 'runtime:codex', 'agent:bu*', 'machine:laptop,x*']) {
      const once = resolved(text)
      expect(resolveQuery(once, { agents, machines: [{ id: 'mch_9', name: 'laptop' }] })).toEqual(once)
    }
  })

  it('lets a name nobody has match nothing, also not an id that comes later', () => {
    const facts = { words: { agent: 'agt_9' }, numbers: {}, text: '' }
    const empty = { agents: [], machines: [] }
    expect(matchEntry(resolved('agent:agt_9*', empty), facts)).toBe(false)
    expect(matchEntry(resolved('runtime:codex', empty), facts)).toBe(false)
    expect(matchEntry(resolved('agent:agt_9', empty), facts)).toBe(true)
  })
})

describe('what a query asks about', () => {
  it('is named by field, free text included', () => {
    expect(fieldsOf(parseQuery('tool:a OR -(seq:1 push) last:1h', 0))).toEqual(
      new Set(['tool', 'seq', 'text', 'time']),
    )
    expect(fieldsOf(parseQuery('', 0)).size).toBe(0)
  })

  it.each([
    ['agent:x action:tool.* decision:deny producer:p policy:none last:1h seq:1..2', []],
    ['tool:a', [{ field: 'tool', span: { from: 0, to: 6 } }]],
    [
      'seq:1 (push OR -duration:>1s)',
      [
        { field: 'text', span: { from: 7, to: 11 } },
        { field: 'duration', span: { from: 16, to: 28 } },
      ],
    ],
    ['machine:m', [{ field: 'machine', span: { from: 0, to: 9 } }]],
  ])('%s: what headers and places do not say', (text, expected) => {
    expect(headerOnly(parseQuery(text, Date.UTC(2026, 1)))).toEqual(expected)
  })

  it('is the header alone once a runtime is resolved', () => {
    expect(headerOnly(parseQuery('runtime:codex', 0))).toHaveLength(1)
    expect(headerOnly(resolved('runtime:codex'))).toEqual([])
  })
})
