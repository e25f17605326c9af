import type { Total } from '@watchbill/contract/audit'
import type { Coverage, Gap } from '@watchbill/contract/audit-search'
import { instant, instantOrNull } from '../identity/instant.ts'
import { askIndex, type SearchDeps } from './ask.ts'
import { readCoverage } from './coverage.ts'
import { findGaps } from './gaps.ts'
import { readQuestion } from './question.ts'
import { type Found, scanRuns } from './scan.ts'
import { drawnSpan, stepFor, timeBounds } from './time-scale.ts'

interface Bucket {
  readonly at: string
  readonly count: number
  readonly denied: number
  readonly asked: number
}

interface Histogram {
  readonly from: string | null
  readonly to: string | null
  readonly stepMs: number
  readonly buckets: Bucket[]
  readonly outside: { readonly before: number; readonly after: number }
  readonly gaps: Gap[]
  readonly coverage: Coverage
  readonly total: Total
  readonly indexed: number
  readonly size: number
}

const defaultBuckets = 60

/** How many entries answer over time. Throws Fault `invalid_request`, `too_costly`. */
export const drawHistogram = async (
  deps: SearchDeps,
  workspace: string,
  asked: { readonly q?: string | undefined; readonly buckets?: string | undefined },
  now: number,
): Promise<Histogram> => {
  const { where } = await readQuestion(deps, workspace, asked.q, now)
  const search = await askIndex(deps, workspace, { where })
  const moments = createMoments()
  for await (const found of scanRuns({ ...search, fields: ['time', 'decision'] })) moments.add(found)
  const { times, marks } = moments.all()
  const span = drawnSpan(times, timeBounds(where), now)
  const coverage = await readCoverage(search.db, workspace, now)
  const [first, last] = [least(times), greatest(times)]
  const rest = {
    coverage: { ...coverage, first: instantOrNull(first), last: instantOrNull(last) },
    total: { count: times.length, exact: true },
    indexed: search.below,
    size: search.size,
  }
  if (span === null)
    return {
      from: null,
      to: null,
      stepMs: 0,
      buckets: [],
      outside: { before: 0, after: 0 },
      gaps: [],
      ...rest,
    }
  const stepMs = stepFor(span.to - span.from, Number(asked.buckets ?? defaultBuckets))
  const from = span.from - (span.from % stepMs)
  const drawn = fill(times, marks, from, stepMs, Math.floor((span.to - 1 - from) / stepMs) + 1)
  const to = from + drawn.buckets.length * stepMs
  const gaps = await findGaps(search, { from, to }, now)
  return { from: instant(from), to: instant(to), stepMs, ...drawn, gaps, ...rest }
}

/** What was decided, of each moment: 1 asked, 2 denied. */
const markOf = (word: string | undefined): number => (word === 'deny' ? 2 : word === 'ask' ? 1 : 0)

/** Times of all that answers, in two growing arrays: which span to draw is known only at the end. */
const createMoments = () => {
  let times = new Float64Array(4096)
  let marks = new Uint8Array(4096)
  let length = 0
  return {
    add({ run, mask }: Found): void {
      const { numbers } = run.numbers('time')
      const { values, codes } = run.words('decision')
      const mark = Uint8Array.from([undefined, ...values], markOf)
      if (length + mask.length > times.length) {
        const size = times.length * 2 + mask.length
        const [longerTimes, longerMarks] = [new Float64Array(size), new Uint8Array(size)]
        longerTimes.set(times)
        longerMarks.set(marks)
        times = longerTimes
        marks = longerMarks
      }
      for (let at = 0; at < mask.length; at += 1) {
        if (mask[at] !== 1) continue
        times[length] = numbers[at] ?? Number.NaN
        marks[length] = mark[codes[at] ?? 0] ?? 0
        length += 1
      }
    },
    all: () => ({ times: times.subarray(0, length), marks: marks.subarray(0, length) }),
  }
}

const fill = (
  times: Float64Array,
  marks: Uint8Array,
  from: number,
  stepMs: number,
  buckets: number,
): Pick<Histogram, 'buckets' | 'outside'> => {
  const [counts, denied, asked] = [
    new Uint32Array(buckets),
    new Uint32Array(buckets),
    new Uint32Array(buckets),
  ]
  let [before, after] = [0, 0]
  for (let at = 0; at < times.length; at += 1) {
    const bucket = Math.floor(((times[at] ?? Number.NaN) - from) / stepMs)
    if (bucket < 0) before += 1
    else if (bucket >= buckets) after += 1
    else if (bucket < buckets) {
      counts[bucket] = (counts[bucket] ?? 0) + 1
      const mark = marks[at]
      if (mark === 2) denied[bucket] = (denied[bucket] ?? 0) + 1
      if (mark === 1) asked[bucket] = (asked[bucket] ?? 0) + 1
    }
  }
  return {
    buckets: Array.from(counts, (count, index) => ({
      at: instant(from + index * stepMs),
      count,
      denied: denied[index] ?? 0,
      asked: asked[index] ?? 0,
    })),
    outside: { before, after },
  }
}

const least = (times: Float64Array): number | null => {
  let found = Number.POSITIVE_INFINITY
  for (const time of times) if (time < found) found = time
  return Number.isFinite(found) ? found : null
}
const greatest = (times: Float64Array): number | null => {
  let found = Number.NEGATIVE_INFINITY
  for (const time of times) if (time > found) found = time
  return Number.isFinite(found) ? found : null
}
