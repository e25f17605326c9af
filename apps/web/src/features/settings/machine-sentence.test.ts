import { expect, test } from 'vitest'
import { machineSentence } from './machine-sentence.ts'

const speaking = { staleAt: '2026-11-20T12:01:00.000Z' }
const silent = { staleAt: '2026-11-20T11:59:00.000Z' }
const now = Date.parse('2026-11-20T12:00:00.000Z')

test.each([
  [[], 'No machine has joined yet'],
  [[speaking], '1 machine reports'],
  [[speaking, speaking, silent], '2 machines report, 1 is silent'],
  [[speaking, silent, silent], '1 machine reports, 2 are silent'],
  [[silent], 'The one machine is silent'],
  [[silent, silent], 'All 2 machines are silent'],
])('%j: %s', (machines, said) => expect(machineSentence(machines, now)).toBe(said))
