import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLimiter } from './limiter.ts'

const rate = { perSecond: 2, burst: 3 }

it('lets a burst through, then what comes back by the second', () => {
  const limiter = createLimiter(rate)
  expect([0, 0, 0, 0].map(() => limiter.take('a', 1000))).toEqual([0, 0, 0, 1])
  expect(limiter.take('a', 1499)).toBe(1)
  expect(limiter.take('a', 1500)).toBe(0)
  expect(limiter.take('a', 1500)).toBe(1)
  expect([0, 0, 0, 0].map(() => limiter.take('a', 60_000))).toEqual([0, 0, 0, 1])
})

it('keeps keys apart', () => {
  const limiter = createLimiter({ perSecond: 1, burst: 1 })
  expect(limiter.take('a', 0)).toBe(0)
  expect(limiter.take('b', 0)).toBe(0)
  expect(limiter.take('a', 0)).toBe(1)
})

it('says how long an emptied slow bucket takes', () => {
  const limiter = createLimiter({ perSecond: 1 / 30, burst: 1 })
  limiter.take('a', 0)
  expect(limiter.take('a', 0)).toBe(30)
  expect(limiter.take('a', 29_000)).toBe(1)
  expect(limiter.take('a', 30_000)).toBe(0)
})

it('holds a bounded number of buckets and keeps the ones in use', () => {
  const limiter = createLimiter({ perSecond: 0.001, burst: 1 }, 2)
  limiter.take('used', 0)
  limiter.take('idle', 0)
  expect(limiter.take('used', 0)).toBeGreaterThan(0)
  limiter.take('new', 0)
  expect(limiter.take('used', 0)).toBeGreaterThan(0)
  expect(limiter.take('idle', 0)).toBe(0)
})

it('never grants more than burst plus what the time allows, whatever the clock does', () => {
  const step = fc.integer({ min: -5000, max: 5000 })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const limiter = createLimiter(rate)
      let now = 1_000_000
      let forwardMs = 0
      let granted = 0
      for (const ms of steps) {
        now += ms
        forwardMs += Math.max(0, ms)
        if (limiter.take('a', now) === 0) granted += 1
      }
      expect(granted).toBeLessThanOrEqual(rate.burst + (forwardMs / 1000) * rate.perSecond)
    }),
    { numRuns: process.env.WATCHBILL_DRILLS === '1' ? 2000 : 200, verbose: 1 },
  )
})
