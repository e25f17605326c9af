import { tryQuery } from '@watchbill/contract/audit-query'
import { expect, test } from 'vitest'
import { accept, knownValues, suggest } from './query-known.ts'

const facet = (field: 'tool' | 'agent' | 'decision', ...values: [string | null, string | null][]) => ({
  field,
  values: values.map(([value, label]) => ({ value, label, count: 1 })),
  more: 0,
})
const known = knownValues(
  [
    facet('tool', ['Bash', null], ['mcp "x" OR y', null], [null, null]),
    facet('agent', ['agt_1', 'build 07'], ['agt_2', null]),
    facet('decision', ['deny', null]),
  ],
  { agt_1: { name: 'build 07', machine: 'm1' }, agt_3: { name: 'other', machine: 'm1' } },
)

test('what stands in the log is suggested, agents by name; what the grammar lists is left to it', () => {
  expect(known).toEqual({
    tool: ['Bash', 'mcp "x" OR y'],
    agent: ['build 07', 'agt_2', 'other'],
    machine: ['m1'],
  })
  const labels = (text: string) => suggest(text, text.length, known).options.map(({ label }) => label)
  expect(labels('tool:')).toEqual(['Bash', 'mcp "x" OR y', 'none'])
  expect(labels('agent:bu')).toEqual(['build 07'])
  expect(labels('decision:d')).toEqual(['deny'])
  expect(labels('dec')).toContain('decision')
})

test('nothing is suggested where nothing was begun, nor what stands there already', () => {
  for (const text of ['', 'tool:Bash ', 'tool:Bash']) {
    expect(suggest(text, text.length, known).options).toEqual([])
  }
})

test('what an agent called itself is quoted, and the query can be read', () => {
  const text = 'decision:deny tool:mcp'
  const found = suggest(text, text.length, known)
  const taken = accept(text, found, found.options[0]?.insert ?? '')
  expect(taken.text).toBe('decision:deny tool:"mcp \\"x\\" OR y"')
  expect(taken.caret).toBe(taken.text.length)
  expect('query' in tryQuery(taken.text, 0)).toBe(true)
})
