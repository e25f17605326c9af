import { expect, test } from 'vitest'
import { formatWall, parseWall } from './wall-time.ts'

const at = (text: string) => Date.parse(text)

test('a clock on the wall is read in its own zone, and written back the same', () => {
  for (const zone of ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Auckland']) {
    for (const moment of ['2026-11-20T10:41:00Z', '2026-06-30T23:59:00Z', '2024-02-29T00:00:00Z']) {
      expect(parseWall(formatWall(at(moment), zone), zone)).toBe(at(moment))
    }
  }
  expect(parseWall('2026-11-20T10:41', 'Europe/Berlin')).toBe(at('2026-11-20T09:41:00Z'))
})

test('an hour that comes twice is its first, one that never comes is read by the offset before it', () => {
  expect(parseWall('2026-10-25T02:30', 'Europe/Berlin')).toBe(at('2026-10-25T00:30:00Z'))
  expect(parseWall('2026-03-29T02:30', 'Europe/Berlin')).toBe(at('2026-03-29T01:30:00Z'))
})

test('what is no date and time is none', () => {
  for (const text of ['', '2026', '2026-13-01T00:00', 'yesterday', '2026-11-20']) {
    expect(parseWall(text, 'UTC')).toBeNull()
  }
})
