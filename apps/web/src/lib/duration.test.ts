import { expect, test } from 'vitest'
import { formatClock, formatDuration, formatInstant } from './duration.ts'
import { knownZone } from './zone.ts'

test('one unit, rounded down; a clock ahead of us is 0 s', () => {
  expect(
    [-5000, 0, 59_999, 60_000, 3_599_999, 3_600_000, 172_799_000, 172_800_000].map(formatDuration),
  ).toEqual(['0 s', '0 s', '59 s', '1 min', '59 min', '1 h', '47 h', '2 d'])
})

test('moments in a zone, named', () => {
  const at = '2026-11-20T23:41:05.123Z'
  expect(formatInstant(at, 'UTC')).toBe('20 Nov 2026 23:41:05 UTC')
  expect(formatInstant(at, 'Asia/Tokyo')).toBe('21 Nov 2026 08:41:05 Asia/Tokyo')
  expect(formatClock(at, 'UTC')).toBe('23:41')
  expect(formatInstant('no time', 'UTC')).toBe('no time')
})

test('a zone from a cookie that is none is UTC', () => {
  expect([undefined, '', 'Mars/Base', '../etc', 'Europe/Berlin'].map(knownZone)).toEqual([
    'UTC',
    'UTC',
    'UTC',
    'UTC',
    'Europe/Berlin',
  ])
})
