import type { HistoryBucket } from '@watchbill/contract/agents'
import { expect, test } from 'vitest'
import { moveStep } from './ribbon-chart.tsx'
import { describeStep } from './ribbon-section.tsx'

test.each([
  ['ArrowLeft', 5, 4],
  ['ArrowRight', 5, 6],
  ['PageUp', 5, 9],
  ['PageDown', 2, 0],
  ['ArrowLeft', 0, 0],
  ['ArrowRight', 9, 9],
  ['Home', 5, 0],
  ['End', 5, 9],
  ['x', 5, null],
  ['constructor', 5, null],
] as const)('%s at step %d goes to %s', (key, step, to) => {
  expect(moveStep(key, step, 10, 6)).toBe(to)
})

const bucket: HistoryBucket = {
  at: '2026-11-20T10:05:00.000Z',
  observed: true,
  state: 'working',
  count: 1,
  waiting: 0,
  working: 1,
  tokens: null,
}
const stepMs = 300_000

test.each([
  [bucket, 'UTC', '10:05 to 10:10: working, 1 snapshot'],
  [{ ...bucket, count: 3, tokens: 12_345 }, 'UTC', '10:05 to 10:10: working, 3 snapshots, 12.3k tokens'],
  [bucket, 'Europe/Berlin', '11:05 to 11:10: working, 1 snapshot'],
  [{ ...bucket, observed: false }, 'UTC', '10:05 to 10:10: nobody looked, so nobody knows'],
  [undefined, 'UTC', 'No history yet'],
])('%j in %s', (step, zone, text) => {
  expect(describeStep(step, stepMs, zone)).toBe(text)
})
