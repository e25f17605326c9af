import { expect, test } from 'vitest'
import { agent, idOf, session } from '../../testdata/fleet-rows.ts'
import { isFiltered, toAgentsQuery } from './filters.ts'
import { fleetRows, openAgents } from './rows.ts'

const three = [agent(1), agent(2), agent(3)]

test('few agents stand open by themselves; the URL decides once it speaks', () => {
  expect(openAgents(null, three, 3).size).toBe(3)
  expect(openAgents(null, three, 6).size).toBe(0)
  expect(openAgents([], three, 3).size).toBe(0)
  expect([...openAgents([idOf('agt', 2), 'agt_nobody'], three, 60)]).toEqual([idOf('agt', 2)])
})

test('sessions stand under their agent; what does not fit is one line', () => {
  const open = new Set([idOf('agt', 1), idOf('agt', 2), idOf('agt', 3)])
  const held = new Map([
    [idOf('agt', 1), { sessions: [session(1), session(2)], total: 7 }],
    [idOf('agt', 2), { sessions: [], total: 0 }],
  ])
  const rows = fleetRows(three, open, held)
  expect(rows.map((row) => (row.kind === 'more' ? row.text : row.id))).toEqual([
    idOf('agt', 1),
    idOf('ses', 1),
    idOf('ses', 2),
    '5 more sessions',
    idOf('agt', 2),
    'No session seen yet',
    idOf('agt', 3),
    'Reading its sessions…',
  ])
  expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length)
  expect(fleetRows(three, new Set(), held)).toHaveLength(3)
})

test('the query holds what is set and could be answered', () => {
  const nothing = { state: null, runtime: null, machine: null, q: null, sort: null }
  expect(toAgentsQuery(nothing)).toEqual({ sort: 'attention' })
  expect(isFiltered(nothing)).toBe(false)
  expect(isFiltered({ ...nothing, sort: 'name' })).toBe(false)
  expect(
    toAgentsQuery({ ...nothing, state: ['waiting', 'idle'], q: 'x'.repeat(300), machine: '../x' }),
  ).toEqual({
    state: 'waiting,idle',
    q: 'x'.repeat(200),
    sort: 'attention',
  })
})
