import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowAt, rowStarts, rowWindow } from './row-window.ts'

const runs = process.env.WATCHBILL_DRILLS === '1' ? 1000 : 100

test('an empty list draws nothing', () => {
  expect(rowWindow(rowStarts([]), 0, 900, 6)).toEqual({ first: 0, end: 0 })
})

test('100k rows of 32 px on a 1440 px window: at most 60 drawn', () => {
  const starts = rowStarts(Array.from({ length: 100_000 }, () => 32))
  for (const top of [-500, 0, 31, 32, 1_600_000, 3_199_999, 9_999_999]) {
    const { first, end } = rowWindow(starts, top, top + 1440, 6)
    expect(end - first).toBeLessThanOrEqual(60)
    expect(end).toBeLessThanOrEqual(100_000)
  }
})

test('every row that touches the view is drawn', () => {
  const heights = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(
      heights,
      fc.integer({ min: -300, max: 9000 }),
      fc.integer({ min: 1, max: 900 }),
      (all, top, size) => {
        const starts = rowStarts(all)
        const { first, end } = rowWindow(starts, top, top + size, 0)
        const inView = all.flatMap((height, index) => {
          const start = starts[index] ?? 0
          return start < top + size && start + height > top ? [index] : []
        })
        for (const index of inView) expect(index >= first && index < end).toBe(true)
        expect(rowAt(starts, top)).toBeLessThan(all.length)
      },
    ),
    { numRuns: runs },
  )
})
