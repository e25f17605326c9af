import type { AgentState, HistoryBucket } from '@watchbill/contract/agents'
import { describe, expect, test } from 'vitest'
import { heldSinceMs, hourMarks, ribbonRuns, timeInState } from './ribbon.ts'

const stepMs = 300_000
const start = Date.parse('2026-11-20T00:00:00.000Z')
const bucket = (step: number, state: AgentState | null, observed = true, count = 1): HistoryBucket => ({
  at: new Date(start + step * stepMs).toISOString(),
  observed,
  state,
  count,
  waiting: null,
  working: null,
  tokens: null,
})

describe('ribbonRuns', () => {
  test('joins equal neighbours and keeps their bounds and counts', () => {
    const runs = ribbonRuns([bucket(0, 'working'), bucket(1, 'working'), bucket(2, 'waiting')], stepMs)
    expect(runs).toEqual([
      { state: 'working', fromStep: 0, toStep: 2, fromMs: start, toMs: start + 2 * stepMs, count: 2 },
      {
        state: 'waiting',
        fromStep: 2,
        toStep: 3,
        fromMs: start + 2 * stepMs,
        toMs: start + 3 * stepMs,
        count: 1,
      },
    ])
  })

  test('a gap is its own run, never stretched from its neighbours', () => {
    const runs = ribbonRuns([bucket(0, 'idle'), bucket(1, null, false, 0), bucket(2, 'idle')], stepMs)
    expect(runs.map((run) => run.state)).toEqual(['idle', 'unseen', 'idle'])
  })

  test('a state without an observation is not believed', () => {
    expect(ribbonRuns([bucket(0, 'working', false)], stepMs)[0]?.state).toBe('unseen')
    expect(ribbonRuns([bucket(0, null, true)], stepMs)[0]?.state).toBe('unseen')
  })

  test('runs cover every step once, in order', () => {
    const states: (AgentState | null)[] = ['idle', null, null, 'failing', 'failing', 'stale', 'idle']
    const runs = ribbonRuns(
      states.map((state, step) => bucket(step, state)),
      stepMs,
    )
    expect(runs[0]?.fromStep).toBe(0)
    expect(runs.at(-1)?.toStep).toBe(states.length)
    for (const [index, run] of runs.entries()) expect(run.toStep).toBe(runs[index + 1]?.fromStep ?? 7)
  })

  test('no history, no runs', () => {
    expect(ribbonRuns([], stepMs)).toEqual([])
    expect(heldSinceMs([], 'idle')).toBeNull()
  })
})

test('heldSinceMs is the start of the newest run, in that state only', () => {
  const runs = ribbonRuns([bucket(0, 'idle'), bucket(1, 'unreadable'), bucket(2, 'unreadable')], stepMs)
  expect(heldSinceMs(runs, 'unreadable')).toBe(start + stepMs)
  expect(heldSinceMs(runs, 'idle')).toBeNull()
})

test('timeInState adds the runs of a state, longest first', () => {
  const runs = ribbonRuns([bucket(0, 'idle'), bucket(1, 'working'), bucket(2, 'idle')], stepMs)
  expect(timeInState(runs)).toEqual([
    { state: 'idle', ms: 2 * stepMs },
    { state: 'working', ms: stepMs },
  ])
})

describe('hourMarks', () => {
  test('full hours inside the window', () => {
    const from = start + 30 * 60_000
    const marks = hourMarks(from, from + 24 * 3_600_000, 6)
    expect(marks.map((mark) => new Date(mark.ms).getUTCHours())).toEqual([6, 12, 18, 0])
    for (const mark of marks) expect(mark.at > 0 && mark.at <= 1).toBe(true)
  })
  test('an empty or backward window has none', () => {
    expect(hourMarks(start, start, 6)).toEqual([])
    expect(hourMarks(start, start - 1, 6)).toEqual([])
  })
})
