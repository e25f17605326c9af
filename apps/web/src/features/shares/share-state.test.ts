import { expect, test } from 'vitest'
import { shareStateBy, sharesSentence } from './share-state.ts'

const now = Date.parse('2026-11-20T12:00:00.000Z')
const open = { state: 'open', expiresAt: '2026-11-20T12:00:00.001Z', opened: 0 } as const
const past = { ...open, expiresAt: '2026-11-20T12:00:00.000Z' }
const revoked = { ...open, state: 'revoked' } as const

test('an open link expires by the clock; a revoked one stays revoked', () => {
  expect(shareStateBy(open, now)).toBe('open')
  expect(shareStateBy(past, now)).toBe('expired')
  expect(shareStateBy({ ...past, state: 'revoked' }, now)).toBe('revoked')
})

test.each([
  [[], 'No link shows anything of this log'],
  [[past, revoked], 'No link is open now'],
  [[open, past], '1 link is open; nobody opened it yet'],
  [[{ ...open, opened: 1 }], '1 link is open; it was opened once'],
  [[open, open], '2 links are open; nobody opened one yet'],
  [
    [
      { ...open, opened: 1200 },
      { ...open, opened: 3 },
    ],
    '2 links are open; they were opened 1,203 times',
  ],
] as const)('%j: %s', (shares, said) => expect(sharesSentence(shares, now)).toBe(said))
