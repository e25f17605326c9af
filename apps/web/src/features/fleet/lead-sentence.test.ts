import { agentStates } from '@watchbill/contract/agents'
import type { Fleet } from '@watchbill/contract/fleet'
import { expect, test } from 'vitest'
import { ago, fleetOf, minute, now, tick } from '../../testdata/fleet-rows.ts'
import { fleetNow } from './fleet-now.ts'
import { leadSentence, restSentence, waitingCount } from './lead-sentence.ts'

const lead = (fleet: Fleet, at = now) => leadSentence(fleet, fleetNow(fleet, at, agentStates), at)
const rest = (fleet: Fleet) => restSentence(fleet, fleetNow(fleet, now, agentStates))

test('who waits comes first, with the oldest wait', () => {
  const since = { oldestWaitingSince: ago(12 * minute) }
  const three = [tick(1, 'waiting'), tick(2, 'waiting'), tick(3, 'waiting'), tick(4, 'working')]
  expect(lead(fleetOf([three], since))).toBe('3 agents wait for you, the oldest 12 min')
  expect(lead(fleetOf([[tick(1, 'waiting')]], since))).toBe('1 agent waits for you, for 12 min')
  expect(lead(fleetOf([[tick(1, 'waiting')]]))).toBe('1 agent waits for you')
})

test('nobody waits: what moves, and where', () => {
  const working = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => tick(from + at, 'working'))
  expect(lead(fleetOf([working(0, 7), working(7, 6), working(13, 1), [tick(20, 'idle')]]))).toBe(
    'Nobody waits; 14 work on 3 machines',
  )
  expect(lead(fleetOf([[tick(1, 'working')]]))).toBe('Nobody waits; 1 works on 1 machine')
  expect(lead(fleetOf([[tick(1, 'idle'), tick(2, 'stopped')]]))).toBe('Nobody waits; 1 is idle')
  expect(lead(fleetOf([[tick(1, 'failing'), tick(2, 'unreadable'), tick(3, 'idle')]]))).toBe(
    'Nobody waits; 1 fails, 1 cannot be read, 1 is idle',
  )
  expect(lead(fleetOf([[tick(1, 'stale'), tick(2, 'stopped')]]))).toBe('Nobody waits; 1 has gone silent')
})

test('no agents, all stopped, nothing reporting', () => {
  expect(lead(fleetOf([[]]))).toBe('No agent has reported yet')
  expect(lead(fleetOf([[tick(1, 'stopped'), tick(2, 'stopped')]]))).toBe('All 2 agents are stopped')
  expect(lead(fleetOf([[tick(1, 'stopped')]]))).toBe('The one agent is stopped')
  const silent = fleetOf([[tick(1, 'waiting')], []], { coverage: { reporting: 0, known: 2 } })
  expect(lead(silent)).toBe('Nothing reports: all 2 machines are silent')
  expect(waitingCount(silent, fleetNow(silent, now, agentStates))).toBe(0)
})

test('a wait that fell silent is stale by the clock, with no request', () => {
  const fleet = fleetOf([[tick(1, 'waiting', ago(-1000)), tick(2, 'working')]])
  expect(lead(fleet, now + 999)).toBe('1 agent waits for you')
  expect(lead(fleet, now + 1000)).toBe('Nobody waits; 1 works on 1 machine')
})

test('the rest says every state the first sentence left out, once', () => {
  expect(
    rest(
      fleetOf([
        [tick(1, 'waiting'), tick(2, 'working'), tick(3, 'idle'), tick(4, 'stale'), tick(5, 'stopped')],
      ]),
    ),
  ).toBe('1 works on 1 machine · 1 idle · 1 silent · 1 stopped')
  expect(rest(fleetOf([[tick(1, 'stopped')]]))).toBe('')
  expect(rest(fleetOf([[tick(1, 'idle')]]))).toBe('')
})

test('a wait that just began needs no figure', () => {
  const fleet = fleetOf([[tick(1, 'waiting')]], { oldestWaitingSince: ago(0) })
  expect(lead(fleet, now + 4999)).toBe('1 agent waits for you')
  expect(lead(fleet, now + 5000)).toBe('1 agent waits for you, for 5 s')
})
