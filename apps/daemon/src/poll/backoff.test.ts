import { describe, expect, it } from 'vitest'
import { firstPollMs, nextPollMs } from './backoff.ts'

describe('the rhythm of polling', () => {
  it('keeps about its pace while all is well', () => {
    expect([0, 0.5, 1].map((random) => nextPollMs(10_000, 0, () => random))).toEqual([9000, 10_000, 11_000])
  })

  it('doubles with every failure, up to a minute, in the upper half', () => {
    const most = [1, 2, 3, 4, 5, 99].map((failures) => nextPollMs(10_000, failures, () => 1))
    expect(most).toEqual([20_000, 40_000, 60_000, 60_000, 60_000, 60_000])
    expect(nextPollMs(10_000, 2, () => 0)).toBe(20_000)
  })

  it('never asks more often after a failure than before', () => {
    for (const everyMs of [1000, 10_000, 60_000, 3_600_000])
      for (const failures of [1, 2, 5, 50])
        expect(nextPollMs(everyMs, failures, () => 1)).toBeGreaterThanOrEqual(everyMs)
  })

  it('spreads the entries of a config over their first interval', () => {
    const starts = Array.from({ length: 10 }, (_, index) => firstPollMs(10_000, index, 10, () => 0.5))
    expect(new Set(starts).size).toBe(10)
    expect(Math.max(...starts)).toBeLessThan(5000)
  })
})
