import { expect, test } from 'vitest'
import { asIntended, formatCheckAge, formatMeasured } from './check-list.tsx'

test.each([
  [0, '0 ms'],
  [412.4, '412 ms'],
  [-5, '0 ms'],
  [1000, '1 s'],
  [90_000, '1 min'],
])('an age of %d ms reads %s', (ageMs, text) => {
  expect(formatCheckAge(ageMs)).toBe(text)
})

test.each([
  [{ observed: null, unit: 'ms' }, null],
  [{ observed: 1.25, unit: 'ms' }, '1.25 ms'],
  [{ observed: 12_345, unit: 'changes' }, '12,345 changes'],
  [{ observed: '0001_base', unit: null }, '0001_base'],
])('%j reads %s', (check, text) => {
  expect(formatMeasured(check)).toBe(text)
})

test('a reason that was not given is never made up for a check that fails', () => {
  expect(asIntended({ name: 'database', status: 'pass' })).toBe('the database answers a query')
  expect(asIntended({ name: 'newer', status: 'pass' })).toBe('as it should be')
  expect(asIntended({ name: 'database', status: 'fail' })).toBe('no reason was given')
})
