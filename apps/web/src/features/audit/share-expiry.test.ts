import { expect, test } from 'vitest'
import { expiryOf } from './share-expiry.ts'

const now = Date.parse('2026-11-20T12:00:00.000Z')
const at = (moment: number | null) => (moment === null ? null : new Date(moment).toISOString())

test.each([
  ['1 day', '', 'UTC', '2026-11-21T12:00:00.000Z'],
  ['7 days', '2026-11-21', 'UTC', '2026-11-27T12:00:00.000Z'],
  ['30 days', '', 'Asia/Tokyo', '2026-12-20T12:00:00.000Z'],
  ['until a date', '2026-11-24', 'UTC', '2026-11-25T00:00:00.000Z'],
  ['until a date', '2026-11-24', 'Europe/Berlin', '2026-11-24T23:00:00.000Z'],
  ['until a date', '2026-11-24', 'America/St_Johns', '2026-11-25T03:30:00.000Z'],
  // Summer time begins on 28 March 2027 at 01:00 UTC.
  ['until a date', '2027-03-27', 'Europe/Berlin', '2027-03-27T23:00:00.000Z'],
  ['until a date', '2027-03-28', 'Europe/Berlin', '2027-03-28T22:00:00.000Z'],
  ['until a date', '2026-11-19', 'UTC', null],
  ['until a date', '2028-01-01', 'UTC', null],
  ['until a date', '', 'UTC', null],
  ['until a date', '2026-02-31', 'UTC', null],
] as const)('%s %s in %s ends %s', (life, date, zone, end) =>
  expect(at(expiryOf({ life, date }, now, zone))).toBe(end),
)
