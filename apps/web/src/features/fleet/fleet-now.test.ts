import { agentStates } from '@watchbill/contract/agents'
import { expect, test } from 'vitest'
import { ago, fleetOf, now, tick } from '../../testdata/fleet-rows.ts'
import { fleetNow, stateNow } from './fleet-now.ts'

test('unreadable and stopped never turn stale; the others do at their moment', () => {
  const past = ago(1)
  const states = agentStates.map((state) => [state, stateNow({ state, staleAt: past }, now)])
  expect(Object.fromEntries(states)).toEqual({
    waiting: 'stale',
    failing: 'stale',
    unreadable: 'unreadable',
    working: 'stale',
    idle: 'stale',
    stale: 'stale',
    stopped: 'stopped',
  })
  expect(stateNow({ state: 'working', staleAt: null }, now)).toBe('working')
})

test('runs per machine, most urgent first, and nobody is lost', () => {
  const fleet = fleetOf([
    [tick(1, 'idle'), tick(2, 'waiting'), tick(3, 'idle'), tick(4, 'working', ago(1))],
    [tick(5, 'working')],
  ])
  const { groups, counts, workingMachines } = fleetNow(fleet, now, agentStates)
  expect(groups[0]?.runs.map((run) => [run.state, run.agents.length])).toEqual([
    ['waiting', 1],
    ['idle', 2],
    ['stale', 1],
  ])
  expect(groups.map((group) => group.count)).toEqual([4, 1])
  expect(counts).toMatchObject({ waiting: 1, idle: 2, stale: 1, working: 1 })
  expect(workingMachines).toBe(1)
})
