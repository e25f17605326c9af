import { expect, test } from 'vitest'
import { componentsAside } from './components-aside.ts'
import { readingFigure } from './reading-figure.ts'

test.each([
  [0, null, '0', null],
  [1234, null, '1,234', null],
  [0.314159, null, '0.314', null],
  [1023, 'B', '1,023', 'B'],
  [83_886_080, 'B', '80', 'MiB'],
  [101_218_816, 'B', '96.5', 'MiB'],
  [999, 'ms', '999', 'ms'],
  [86_461_250, 'ms', '24 h', null],
  [5, 'jobs', '5', 'jobs'],
] as const)('%d %s reads %s %s', (value, unit, text, shown) => {
  expect(readingFigure(value, unit)).toEqual({ text, unit: shown })
})

test('the margin counts what is not well', () => {
  const of = (...statuses: ('healthy' | 'degraded' | 'unhealthy' | 'unknown')[]) =>
    componentsAside(statuses.map((status) => ({ name: 'x', status, reason: null })))
  expect(of('healthy', 'healthy')).toBe('2, all healthy')
  expect(of('unhealthy', 'degraded', 'healthy', 'degraded', 'unknown')).toBe(
    '5, 1 unknown, 2 degraded, 1 unhealthy',
  )
})
