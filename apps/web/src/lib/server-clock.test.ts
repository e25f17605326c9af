import { expect, test } from 'vitest'
import { isPast, nextOffset } from './server-clock.ts'

test('the first reply sets the difference; the least delayed one wins within a minute', () => {
  const first = nextOffset(null, 1_000_000, 999_000)
  expect(first).toEqual({ offsetMs: 1000, at: 999_000 })
  expect(nextOffset(first, 1_000_900, 1_000_000)).toBe(first)
  expect(nextOffset(first, 1_001_100, 1_000_000)).toEqual({ offsetMs: 1100, at: 1_000_000 })
})

test('an old difference, a jump and a clock set back are replaced', () => {
  const held = { offsetMs: 1000, at: 1_000_000 }
  expect(nextOffset(held, 1_061_500, 1_060_001).offsetMs).toBe(1499)
  expect(nextOffset(held, 1_061_000, 1_060_001).offsetMs).toBe(999)
  expect(nextOffset(held, 1_000_000, 1_003_000).offsetMs).toBe(-3000)
  expect(nextOffset(held, 900_500, 900_000).offsetMs).toBe(500)
})

test('stale exactly at its moment, never without one', () => {
  const at = '2026-11-20T10:00:00.000Z'
  expect(isPast(at, Date.parse(at) - 1)).toBe(false)
  expect(isPast(at, Date.parse(at))).toBe(true)
  expect(isPast(null, Date.parse(at))).toBe(false)
})
