import { expect, test } from 'vitest'
import { agent, fleetOf, idOf, tick } from '../testdata/fleet-rows.ts'
import { byId, isBehind, patchFleet, patchRows } from './live-patch.ts'

test('rows change in place and keep their order; unknown ones wait for a fetch', () => {
  const rows = [agent(1), agent(2)]
  const news = byId([agent(2, { state: 'waiting' }), agent(9)])
  expect(patchRows(rows, news).map((row) => [row.id, row.state])).toEqual([
    [idOf('agt', 1), 'idle'],
    [idOf('agt', 2), 'waiting'],
  ])
})

test('behind: a state moved or somebody new came; a mere update is not', () => {
  const rows = [agent(1), agent(2)]
  expect(isBehind(rows, byId([agent(1, { name: 'renamed' })]))).toBe(false)
  expect(isBehind(rows, byId([agent(1, { state: 'waiting' })]))).toBe(true)
  expect(isBehind(rows, byId([agent(3)]))).toBe(true)
  expect(isBehind(rows, new Map())).toBe(false)
})

test('the roll and the counts follow a change at once and still add up', () => {
  const fleet = fleetOf([[tick(1, 'working'), tick(2, 'idle')], [tick(3, 'idle')]])
  const next = patchFleet(
    fleet,
    byId([agent(1, { state: 'waiting', staleAt: '2026-11-20T10:05:00.000Z' }), agent(8)]),
  )
  expect(next.counts).toMatchObject({ waiting: 1, working: 0, idle: 2 })
  expect(next.roll[0]?.agents[0]).toMatchObject({ state: 'waiting', staleAt: '2026-11-20T10:05:00.000Z' })
  expect(Object.values(next.counts).reduce((sum, count) => sum + count, 0)).toBe(fleet.agentCount)
  expect(patchFleet(fleet, new Map())).toBe(fleet)
})
