import type { Facet } from '@watchbill/contract/audit-search'
import { expect, test } from 'vitest'
import { facetRows } from './facet-rows.ts'
import { choicesOf } from './query-edit.ts'

const tools: Facet = {
  field: 'tool',
  values: [
    { value: 'Bash', label: null, count: 9 },
    { value: null, label: null, count: 2 },
    { value: 'Read', label: null, count: 1 },
  ],
  more: 0,
}
const rows = (facet: Facet, q: string, names: [string, string][] = []) =>
  facetRows(facet, choicesOf(q, 0), new Map(names)).map(({ label, count, mark }) => [label, count, mark])

test('what is asked for and kept out is marked, whatever the case', () => {
  expect(rows(tools, 'tool:bash -tool:READ')).toEqual([
    ['Bash', 9, 'asked'],
    [null, 2, null],
    ['Read', 1, 'kept'],
  ])
  expect(rows(tools, '-tool:none')[1]).toEqual([null, 2, 'kept'])
})

test('a choice that was not counted keeps its row, so that it can be taken back', () => {
  expect(rows(tools, 'tool:grep -tool:edit').slice(0, 2)).toEqual([
    ['grep', null, 'asked'],
    ['edit', null, 'kept'],
  ])
})

test('an agent is chosen by its name as well as by its id', () => {
  const agents: Facet = { field: 'agent', values: [{ value: 'agt_1', label: 'build', count: 3 }], more: 0 }
  expect(rows(agents, 'agent:build')).toEqual([['build', 3, 'asked']])
  expect(facetRows(agents, choicesOf('agent:BUILD', 0), new Map())[0]?.word).toBe('build')
  expect(rows(agents, 'agent:agt_1')).toEqual([['build', 3, 'asked']])
  expect(rows(agents, 'agent:agt_2', [['agt_2', 'other']])[0]).toEqual(['other', null, 'asked'])
})
