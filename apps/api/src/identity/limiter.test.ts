import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLimiter } from './limiter.ts'

const numRuns = process.env.WATCHBILL_DRILLS === '1' ? 2000 : 200

test('whatever the rhythm, no minute hears more than five, and waiting as told helps', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40_000), { maxLength: 60 }), (pauses) => {
      const limiter = createLimiter()
      const heard: number[] = []
      let now = 1_000_000
      for (const pause of pauses) {
        now += pause
        const wait = limiter.take('198.51.100.7', now)
        if (wait === 0) heard.push(now)
        else expect(limiter.take('198.51.100.8', now)).toBe(0)
        expect(heard.filter((at) => at > now - 60_000).length).toBeLessThanOrEqual(5)
        if (wait > 0) {
          now += wait * 1000
          expect(limiter.take('198.51.100.7', now)).toBe(0)
          heard.push(now)
        }
        limiter.refund('198.51.100.8', now)
      }
    }),
    { numRuns, examples: [[[0, 0, 0, 0, 0, 0]]] },
  )
})

test('a flood of addresses does not make it forget who asks too often right now', () => {
  const limiter = createLimiter()
  for (let count = 0; count < 30_000; count += 1) limiter.take(`10.0.${count >> 8}.${count & 255}`, count)
  for (let count = 0; count < 5; count += 1) expect(limiter.take('192.0.2.1', 30_000)).toBe(0)
  expect(limiter.take('192.0.2.1', 30_000)).toBe(60)
})

test('a refund gives back one attempt, and only one that was taken', () => {
  const limiter = createLimiter()
  for (let count = 0; count < 5; count += 1) limiter.take('::1', 0)
  limiter.refund('::1', 1)
  expect(limiter.take('::1', 1)).toBeGreaterThan(0)
  limiter.refund('::1', 0)
  expect(limiter.take('::1', 1)).toBe(0)
  expect(limiter.take('::1', 1)).toBeGreaterThan(0)
})
