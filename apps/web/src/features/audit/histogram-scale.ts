import type { Client } from '@watchbill/contract/client'

export type Histogram = Awaited<ReturnType<Client['getHistogram']>>
export type Bucket = Histogram['buckets'][number]
type Gap = Histogram['gaps'][number]

/** Height of the tallest bar, px; the drawing reserves it before anything is known. */
export const plotPx = 64
/** Nothing that was counted may be too small to be seen; what was stopped or asked, too small to be told by its pattern. */
const leastPx: Readonly<Record<PartKind, number>> = { denied: 4, asked: 4, other: 2 }

/** Parts of a bar as they stand on each other: what was stopped at the bottom, where it is looked for. */
export type PartKind = 'denied' | 'asked' | 'other'
export interface BarPart {
  readonly kind: PartKind
  /** px from the top. */
  readonly y: number
  readonly height: number
}

const partCounts = ({ count, denied, asked }: Bucket): readonly (readonly [PartKind, number])[] => [
  ['denied', denied],
  ['asked', asked],
  ['other', Math.max(0, count - denied - asked)],
]

/** One bucket as its parts; `most` is the tallest bucket's count. */
export function barParts(bucket: Bucket, most: number): readonly BarPart[] {
  let top = plotPx
  return partCounts(bucket).flatMap(([kind, value]) => {
    if (value === 0 || most === 0) return []
    const height = Math.max(leastPx[kind], Math.round((value / most) * plotPx))
    // What the least heights add must not grow out of the drawing.
    top = Math.max(0, top - height)
    return [{ kind, y: top, height }]
  })
}

export const mostOf = (buckets: readonly Bucket[]): number =>
  buckets.reduce((most, { count }) => Math.max(most, count), 0)

/** Buckets `first` to `last`, both included. */
export interface BucketRange {
  readonly first: number
  readonly last: number
}

/** The time they span, ms: `min` included, `max` not. */
export function timeOf(
  { from, stepMs }: Pick<Histogram, 'from' | 'stepMs'>,
  { first, last }: BucketRange,
): { readonly min: number; readonly max: number } {
  const start = from === null ? 0 : Date.parse(from)
  return { min: start + first * stepMs, max: start + (last + 1) * stepMs }
}

export interface GapSpan {
  /** Shares of the width, 0 to 1. */
  readonly at: number
  readonly width: number
  readonly gap: Gap
}

/** Gaps as far as they lie in the drawing; one shorter than a hair is drawn as a hair. */
export function gapSpans({ buckets, from, stepMs, gaps }: Histogram): readonly GapSpan[] {
  if (from === null || buckets.length === 0) return []
  const start = Date.parse(from)
  const whole = buckets.length * stepMs
  const share = (at: string) => Math.min(1, Math.max(0, (Date.parse(at) - start) / whole))
  return gaps.flatMap((gap) => {
    const [at, end] = [share(gap.from), share(gap.to)]
    const outside = (at === 1 && end === 1) || (at === 0 && end === 0)
    return outside ? [] : [{ at, width: Math.max(0.002, end - at), gap }]
  })
}

/** Starts of buckets that carry a label: at most `most`, evenly, the first one always. */
export function axisMarks(count: number, most: number): readonly number[] {
  const every = Math.max(1, Math.ceil(count / most))
  return Array.from({ length: Math.ceil(count / every) }, (_, index) => index * every)
}

/** Where the keyboard stands, and where a range that is being extended began. */
export interface Brush {
  readonly cursor: number
  readonly anchor: number | null
}

export const brushRange = ({ cursor, anchor }: Brush): BucketRange => ({
  first: Math.min(cursor, anchor ?? cursor),
  last: Math.max(cursor, anchor ?? cursor),
})

/** What a key does: arrows move, with shift they extend, Home and End go to the ends; null for any other key. */
export function moveBrush(key: string, shift: boolean, brush: Brush | null, count: number): Brush | null {
  const end = count - 1
  const cursor = brush?.cursor ?? (key === 'ArrowLeft' || key === 'ArrowDown' ? count : -1)
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: cursor - 1,
    ArrowDown: cursor - 1,
    ArrowRight: cursor + 1,
    ArrowUp: cursor + 1,
    PageDown: cursor - 10,
    PageUp: cursor + 10,
    Home: 0,
    End: end,
  }
  const to = Object.hasOwn(moves, key) ? moves[key] : undefined
  if (to === undefined || count === 0) return null
  const next = Math.min(end, Math.max(0, to))
  return { cursor: next, anchor: shift ? (brush?.anchor ?? brush?.cursor ?? next) : null }
}
