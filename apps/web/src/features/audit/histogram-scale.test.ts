import { describe, expect, test } from 'vitest'
import {
  axisMarks,
  type Brush,
  barParts,
  brushRange,
  gapSpans,
  type Histogram,
  moveBrush,
  plotPx,
  timeOf,
} from './histogram-scale.ts'

const at = '2026-11-20T10:00:00.000Z'
const bucket = (count: number, denied = 0, asked = 0) => ({ at, count, denied, asked })
const histogram = (gaps: Histogram['gaps']): Histogram => ({
  from: at,
  to: '2026-11-20T20:00:00.000Z',
  stepMs: 3_600_000,
  buckets: Array.from({ length: 10 }, () => bucket(1)),
  gaps,
  coverage: { machines: 1, heard: 1, first: at, last: at },
  outside: { before: 0, after: 0 },
  total: { count: 10, exact: true },
  indexed: 10,
  size: 10,
  now: at,
})

describe('bars', () => {
  test('stand on each other from the bottom: denied, asked, the rest', () => {
    expect(barParts(bucket(64, 16, 16), 64)).toEqual([
      { kind: 'denied', y: 48, height: 16 },
      { kind: 'asked', y: 32, height: 16 },
      { kind: 'other', y: 0, height: 32 },
    ])
  })

  test('show one denial among a million, and never leave the drawing', () => {
    const parts = barParts(bucket(1_000_000, 1, 1), 1_000_000)
    expect(parts.map(({ kind }) => kind)).toEqual(['denied', 'asked', 'other'])
    for (const { y, height } of parts) {
      expect(height).toBeGreaterThanOrEqual(2)
      expect(y).toBeGreaterThanOrEqual(0)
      expect(y).toBeLessThan(plotPx)
    }
  })

  test('of nothing are nothing', () => {
    expect(barParts(bucket(0), 9)).toEqual([])
    expect(barParts(bucket(0), 0)).toEqual([])
  })
})

describe('time', () => {
  test('of a range of buckets begins with the first and ends behind the last', () => {
    expect(timeOf(histogram([]), { first: 1, last: 2 })).toEqual({
      min: Date.parse('2026-11-20T11:00:00Z'),
      max: Date.parse('2026-11-20T13:00:00Z'),
    })
  })

  test('labels are few and even', () => {
    expect(axisMarks(10, 5)).toEqual([0, 2, 4, 6, 8])
    expect(axisMarks(3, 6)).toEqual([0, 1, 2])
    expect(axisMarks(0, 6)).toEqual([])
  })

  test('gaps are cut to the drawing, and those outside are not drawn', () => {
    const gap = (from: string, to: string) => ({
      kind: 'silent' as const,
      machine: null,
      name: null,
      from,
      to,
    })
    const spans = gapSpans(
      histogram([
        gap('2026-11-20T09:00:00Z', '2026-11-20T11:00:00Z'),
        gap('2026-11-20T19:00:00Z', '2026-11-21T19:00:00Z'),
        gap('2026-11-19T09:00:00Z', '2026-11-19T11:00:00Z'),
        gap('2026-11-20T15:00:00Z', '2026-11-20T15:00:01Z'),
      ]),
    )
    expect(spans.map(({ at: from, width }) => [from, Number(width.toFixed(3))])).toEqual([
      [0, 0.1],
      [0.9, 0.1],
      [0.5, 0.002],
    ])
  })
})

describe('the keyboard', () => {
  const press = (keys: readonly string[], count = 10) =>
    keys.reduce<Brush | null>((brush, key) => {
      const shift = key.startsWith('S+')
      return moveBrush(shift ? key.slice(2) : key, shift, brush, count) ?? brush
    }, null)

  test('enters from the side it comes from, moves and stops at the ends', () => {
    expect(press(['ArrowRight'])).toEqual({ cursor: 0, anchor: null })
    expect(press(['ArrowLeft'])).toEqual({ cursor: 9, anchor: null })
    expect(press(['End', 'ArrowRight'])).toEqual({ cursor: 9, anchor: null })
    expect(press(['Home', 'PageUp'])).toEqual({ cursor: 9, anchor: null })
  })

  test('extends with shift in both directions, and a plain arrow gives the range up', () => {
    const brush = press(['Home', 'ArrowRight', 'S+ArrowRight', 'S+ArrowRight'])
    expect(brush).toEqual({ cursor: 3, anchor: 1 })
    expect(brushRange(brush ?? { cursor: 0, anchor: null })).toEqual({ first: 1, last: 3 })
    const back = press(['End', 'S+ArrowLeft', 'S+ArrowLeft'])
    expect(brushRange(back ?? { cursor: 0, anchor: null })).toEqual({ first: 7, last: 9 })
    expect(press(['Home', 'S+ArrowRight', 'ArrowRight'])).toEqual({ cursor: 2, anchor: null })
  })

  test('does nothing with other keys, and nothing where nothing is drawn', () => {
    expect(moveBrush('x', false, null, 10)).toBeNull()
    expect(moveBrush('toString', false, null, 10)).toBeNull()
    expect(moveBrush('ArrowRight', false, null, 0)).toBeNull()
  })
})
