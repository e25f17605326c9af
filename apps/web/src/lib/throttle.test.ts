import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createThrottle } from './throttle.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('at once, then once per step, and the last call is never lost', () => {
  let done = 0
  const throttled = createThrottle(
    () => 250,
    () => {
      done += 1
    },
  )
  throttled()
  expect(done).toBe(1)
  for (let call = 0; call < 50; call += 1) throttled()
  expect(done).toBe(1)
  vi.advanceTimersByTime(250)
  expect(done).toBe(2)
  vi.advanceTimersByTime(1000)
  expect(done).toBe(2)
})

test('after cancel nothing runs', () => {
  let done = 0
  const throttled = createThrottle(
    () => 250,
    () => {
      done += 1
    },
  )
  throttled()
  throttled()
  throttled.cancel()
  vi.advanceTimersByTime(1000)
  expect(done).toBe(1)
})
