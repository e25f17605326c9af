import { expect, it } from 'vitest'
import { nearest } from './nearest.ts'

const commands = ['start', 'stop', 'status', 'enroll', 'help', 'version', 'key', 'sign-in']

it('suggests what was meant, or nothing', () => {
  const meant = Object.fromEntries(
    ['stat', 'strat', 'enrol', 'sing-in', 'statsu', 'KEYS', 'frobnicate', ''].map((word) => [
      word,
      nearest(word, commands),
    ]),
  )
  expect(meant).toEqual({
    stat: 'status',
    strat: 'start',
    enrol: 'enroll',
    'sing-in': 'sign-in',
    statsu: 'status',
    KEYS: 'key',
    frobnicate: null,
    '': null,
  })
})
