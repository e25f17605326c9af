import { expect, it } from 'vitest'
import { isSameLog, maySign } from './epoch.ts'

it.each([
  ['example.com/log/ops', 'example.com/log/ops', true],
  ['example.com/log/ops', 'example.com/log/ops/1', true],
  ['example.com/log/ops/1', 'example.com/log/ops/12', true],
  ['example.com/log/ops/1', 'example.com/log/ops', false],
  ['example.com/log/ops/12', 'example.com/log/ops/2', false],
  ['example.com/log/ops', 'example.com/log/dev', false],
  ['example.com/log/ops', 'example.com/log/ops/01', false],
  ['example.com/log/ops', 'example.com/log/ops/1/2', false],
])('a key named %s signs for %s: %s', (name, origin, may) => {
  expect(maySign(name, origin)).toBe(may)
})

it('knows epochs of one log from other logs', () => {
  expect(isSameLog('example.com/log/ops/3', 'example.com/log/ops')).toBe(true)
  expect(isSameLog('example.com/log/ops/3', 'example.com/log/dev/3')).toBe(false)
})
