import { expect, test } from 'vitest'
import {
  countWords,
  coverageWords,
  drawingWords,
  gapWords,
  rangeWords,
  silentGaps,
  spanWords,
} from './histogram-words.ts'

const at = (text: string) => Date.parse(text)
const bucket = (clock: string, count: number, denied = 0, asked = 0) => ({
  at: `2026-11-20T${clock}:00.000Z`,
  count,
  denied,
  asked,
})
const gap = (name: string | null, from: string, to: string, kind: 'silent' | 'stopped' = 'silent') => ({
  kind,
  machine: name,
  name,
  from,
  to,
})
const buckets = [bucket('10:00', 3, 1), bucket('11:00', 1), bucket('12:00', 0)]

test('a span names its day once, or both days where they differ, in the chosen zone', () => {
  expect(spanWords(at('2026-11-20T10:00Z'), at('2026-11-20T11:00Z'), 'UTC')).toBe(
    '20 Nov 2026 10:00 to 11:00',
  )
  expect(spanWords(at('2026-11-20T23:00Z'), at('2026-11-21T00:00Z'), 'UTC')).toBe(
    '20 Nov 2026 23:00 to 21 Nov 2026 00:00',
  )
  expect(spanWords(at('2026-11-20T10:00Z'), at('2026-11-20T11:00Z'), 'Asia/Kathmandu')).toBe(
    '20 Nov 2026 15:45 to 16:45',
  )
})

test('what is pointed at says how many, what was stopped or asked, and who was not watched', () => {
  const drawn = { from: '2026-11-20T10:00:00.000Z', stepMs: 3_600_000, buckets, gaps: [] }
  expect(rangeWords(drawn, { first: 0, last: 1 }, 'UTC')).toBe(
    '20 Nov 2026 10:00 to 12:00: 4 entries, 1 denied',
  )
  const gaps = [gap('vm\u202e', '2026-11-20T11:30:00Z', '2026-11-20T12:30:00Z', 'stopped')]
  expect(rangeWords({ ...drawn, gaps }, { first: 1, last: 1 }, 'UTC')).toContain('not watched: vm<U+202E>')
  expect(rangeWords({ ...drawn, gaps }, { first: 0, last: 0 }, 'UTC')).not.toContain('not watched')
  expect(countWords([])).toBe('0 entries')
})

test('of what the figures speak is always said', () => {
  const coverage = { machines: 15, heard: 14, first: null, last: null }
  expect(coverageWords({ coverage, gaps: [], indexed: 48_211, size: 48_214 })).toBe(
    '14 of 15 machines heard from now; entries to 48,211 indexed, 3 behind',
  )
  const nobody = { machines: 0, heard: 0, first: null, last: null }
  expect(coverageWords({ coverage: nobody, gaps: [], indexed: 4, size: 4 })).toBe(
    'No machine reports yet; entries to 4 indexed, none behind',
  )
})

test('who is silent longest comes first; a stop that is over is a span', () => {
  const late = gap('late', '2026-11-20T11:00:00Z', '2026-11-20T12:00:00Z')
  const long = gap('long', '2026-11-19T11:00:00Z', '2026-11-20T12:00:00Z')
  const over = gap('over', '2026-11-20T10:00:00Z', '2026-11-20T11:00:00Z', 'stopped')
  expect(silentGaps([late, over, long]).map(({ name }) => name)).toEqual(['long', 'late'])
  expect(gapWords(long, 'UTC')).toBe('not heard from since 19 Nov 2026 11:00:00 UTC')
  expect(gapWords(over, 'UTC')).toBe('stopped, 20 Nov 2026 10:00 to 11:00')
})

test('a drawing of nothing says so, and what lies far outside is not hidden', () => {
  const rest = {
    from: null,
    to: null,
    gaps: [],
    total: { count: 0, exact: true },
    indexed: 0,
    size: 0,
    now: '',
  }
  const coverage = { machines: 0, heard: 0, first: null, last: null }
  const none = { ...rest, coverage, buckets: [], stepMs: 0, outside: { before: 0, after: 0 } }
  expect(drawingWords(none)).toContain('No entry answers')
  const drawn = { ...none, buckets, stepMs: 3_600_000, outside: { before: 1, after: 1 } }
  expect(drawingWords(drawn)).toBe('4 entries, 1 denied; a bar is 1 h; 2 far outside of this span')
})
