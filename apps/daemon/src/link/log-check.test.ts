import { expect, it } from 'vitest'
import { followEpochs, type LogFacts } from './log-check.ts'

const at = '2026-11-20T10:00:00.000Z'
const tree = (epoch: number, origin: string, size: number) => ({
  epoch,
  origin,
  size,
  root: 'AAAA',
  note: '',
})

/** The log `a`, of which ten entries are remembered, taken up again as `a/1`. */
const follow = (size: number, oldSize: number, oldOrigin = 'a', oldRoot = 'AAAA') => {
  const row = { epoch: 1, origin: 'a/1', size, oldOrigin, oldSize, oldRoot, beganAt: at }
  const log: LogFacts = {
    workspace: 'default',
    origin: 'a/1',
    epoch: 1,
    size: 20,
    checkpoint: null,
    sealFailure: null,
    published: false,
    keys: [],
    epochs: [row],
    witnesses: [],
    now: at,
  }
  return followEpochs(tree(0, 'a', 10), tree(1, 'a/1', 20), log)
}

it('follows a restore that owns up to everything this machine remembers', () => {
  expect(follow(4, 10)).toEqual({ epoch: 1, from: 4, to: 10 })
  expect(follow(4, 12)).toEqual({ epoch: 1, from: 4, to: 10 })
  expect(follow(12, 15)).toBeNull()
})

it('asks no account of entries that are said to remain: whether they do, a proof has to show', () => {
  expect(follow(12, 6)).toBeNull()
})

it('follows none that owns up to less, or to another log', () => {
  expect(() => follow(4, 9)).toThrow('without saying what became of a')
  expect(() => follow(4, 10, 'b')).toThrow('without saying what became of a')
  expect(() => follow(4, 10, 'a', 'BBBB')).toThrow('not the one this machine remembers')
})
