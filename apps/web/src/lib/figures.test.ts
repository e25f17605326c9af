import { expect, test } from 'vitest'
import { describeTokens, formatCompact, formatCost, totalTokens } from './figures.ts'

const unknown = { input: null, cacheRead: null, cacheWrite: null, output: null, reasoning: null }

test('unknown tokens are unknown, never 0; a known 0 is 0', () => {
  expect(totalTokens(unknown)).toBeNull()
  expect(totalTokens({ ...unknown, output: 0 })).toBe(0)
  expect(totalTokens({ ...unknown, input: 1200, output: 34 })).toBe(1234)
  expect(describeTokens({ ...unknown, input: 1204 })).toBe(
    'input 1,204 · cache read – · cache write – · output – · reasoning –',
  )
})

test('compact figures keep three digits and never say 1000k', () => {
  expect([0, 9999, 10_000, 48_249, 999_499, 999_500, 1_240_000, 3_050_000_000].map(formatCompact)).toEqual([
    '0',
    '9,999',
    '10k',
    '48.2k',
    '999k',
    '1M',
    '1.24M',
    '3.05B',
  ])
})

test('micro-USD as dollars; less than a cent is said, nothing is nothing', () => {
  expect([0, 1, 9_999, 10_000, 1_234_567, 1_234_567_890].map(formatCost)).toEqual([
    '$0.00',
    '<$0.01',
    '<$0.01',
    '$0.01',
    '$1.23',
    '$1,234.57',
  ])
})
