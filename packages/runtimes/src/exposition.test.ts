import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseExposition } from './exposition.ts'
import { sampleTotals } from './metrics.ts'

const numRuns = process.env.WATCHBILL_DRILLS === '1' ? 2000 : 200

it('reads labels with escapes, special values, timestamps and comments', () => {
  const read = parseExposition(
    [
      '# any comment',
      '# HELP a free \\ text',
      '# TYPE a counter',
      'a{x="1",y="q\\"\\\\\\n"} +Inf 1772618400000',
      'a{} 2e3',
      'b   -.5  ',
      'c NaN',
      '',
    ].join('\n'),
  )
  expect(read).toEqual({
    kind: 'ok',
    samples: [
      {
        name: 'a',
        labels: [
          ['x', '1'],
          ['y', 'q"\\\n'],
        ],
        value: Number.POSITIVE_INFINITY,
      },
      { name: 'a', labels: [], value: 2000 },
      { name: 'b', labels: [], value: -0.5 },
      { name: 'c', labels: [], value: Number.NaN },
    ],
  })
})

it.each([
  ['1a 2', 'a metric name was expected'],
  ['a', 'a value was expected'],
  ['a x', 'the value is not a number'],
  ['a 0x10', 'the value is not a number'],
  ['a 1 2 3', 'a value was expected'],
  ['a{x="1" 1', 'the labels are damaged'],
  ['a{x=1} 1', 'the labels are damaged'],
  ['a{x="1",x="2"} 1', 'the labels are damaged'],
  ['a{x="\\t"} 1', 'the labels are damaged'],
  ['a{x="1"y="2"} 1', 'the labels are damaged'],
  ['# TYPE a speed', 'a TYPE line is damaged'],
  ['<html>502</html>', 'a metric name was expected'],
  ['ok{x="1",y="2"} 1\nok{y="2",x="1"} 1', 'the same series stands twice'],
])('refuses %j with its line', (text, detail) => {
  expect(parseExposition(`first 1\n${text}\n`)).toEqual({
    kind: 'bad',
    line: text.includes('\n') ? 3 : 2,
    detail,
  })
})

it('sums counters and gauges over labels, and leaves histograms out', () => {
  const read = parseExposition(
    'p_a{x="1"} 1\np_a{x="2"} 2\np_b_bucket{le="1"} 9\np_b_sum 3\np_b_count 9\nq_a 7\np_c NaN\n',
  )
  expect(read.kind === 'ok' && sampleTotals(read.samples, 'p_')).toEqual({ a: 3 })
})

it('takes any text, and gives back any sample that was written', () => {
  const name = fc.stringMatching(/^[a-z_:][a-z0-9_:]{0,8}$/)
  const sample = fc.tuple(name, fc.string({ unit: 'binary', maxLength: 20 }), fc.double({ noNaN: true }))
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.uniqueArray(sample, { selector: ([one]) => one, maxLength: 6 }),
      (noise, samples) => {
        parseExposition(noise)
        const text = samples
          .map(([one, value, number]) => `${one}{l="${escaped(value)}"} ${numeral(number)}\n`)
          .join('')
        const read = parseExposition(text)
        expect(read).toEqual({
          kind: 'ok',
          samples: samples.map(([one, value, number]) => ({
            name: one,
            labels: [['l', value]],
            value: number,
          })),
        })
      },
    ),
    { numRuns },
  )
})

const escaped = (value: string) => value.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`))
const numeral = (value: number) =>
  Number.isFinite(value) ? (Object.is(value, -0) ? '-0' : String(value)) : value > 0 ? '+Inf' : '-Inf'
