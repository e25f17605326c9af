import { formatClock, formatDuration, formatInstant } from '../../lib/duration.ts'
import { plainText } from '../../lib/reveal.ts'
import type { Bucket, BucketRange, Histogram } from './histogram-scale.ts'
import { timeOf } from './histogram-scale.ts'

type Coverage = Pick<Histogram, 'coverage' | 'gaps' | 'indexed' | 'size'>
type Gap = Histogram['gaps'][number]

const figure = (value: number) => value.toLocaleString('en-US')
const count = (value: number, one: string, many: string) => `${figure(value)} ${value === 1 ? one : many}`

/** `14 of 15 machines heard from now; entries to 48,211 indexed, 3 behind`; who is silent says the list of gaps. */
export function coverageWords({ coverage, indexed, size }: Coverage): string {
  const { machines, heard } = coverage
  const who =
    machines === 0
      ? 'No machine reports yet'
      : `${figure(heard)} of ${count(machines, 'machine', 'machines')} heard from now`
  const behind = size - indexed
  return `${who}; entries to ${figure(indexed)} indexed, ${behind === 0 ? 'none' : figure(behind)} behind`
}

/** The machines that are silent now, longest first. */
export const silentGaps = (gaps: readonly Gap[]): readonly Gap[] =>
  gaps.filter(({ kind }) => kind === 'silent').sort((a, b) => a.from.localeCompare(b.from))

/** `20 Nov 10:00 to 11:00`, or with both days where they differ; the zone is said once. */
export function spanWords(minMs: number, maxMs: number, zone: string): string {
  const [from, to] = [new Date(minMs).toISOString(), new Date(maxMs).toISOString()]
  const day = (at: string) => formatInstant(at, zone).slice(0, 11)
  const end = day(from) === day(to) ? formatClock(to, zone) : `${day(to)} ${formatClock(to, zone)}`
  return `${day(from)} ${formatClock(from, zone)} to ${end}`
}

/** What a run of buckets holds: `20 Nov 2026 10:00 to 11:00: 41 entries, 3 denied, 1 asked`. */
export function rangeWords(
  histogram: Pick<Histogram, 'from' | 'stepMs' | 'buckets' | 'gaps'>,
  range: BucketRange,
  zone: string,
): string {
  const { min, max } = timeOf(histogram, range)
  const held = histogram.buckets.slice(range.first, range.last + 1)
  const inside = histogram.gaps.filter(({ from, to }) => Date.parse(from) < max && Date.parse(to) > min)
  const names = [...new Set(inside.map(({ name }) => (name === null ? 'entries lost' : plainText(name))))]
  const gaps = names.length === 0 ? '' : `; not watched: ${names.slice(0, 3).join(', ')}`
  return `${spanWords(min, max, zone)}: ${countWords(held)}${gaps}${names.length > 3 ? '…' : ''}`
}

export function countWords(buckets: readonly Bucket[]): string {
  const sum = (of: (bucket: Bucket) => number) => buckets.reduce((total, bucket) => total + of(bucket), 0)
  const [all, denied, asked] = [sum((one) => one.count), sum((one) => one.denied), sum((one) => one.asked)]
  return [
    count(all, 'entry', 'entries'),
    ...(denied === 0 ? [] : [`${figure(denied)} denied`]),
    ...(asked === 0 ? [] : [`${figure(asked)} asked`]),
  ].join(', ')
}

/** What stands under the drawing while nothing is pointed at. */
export function drawingWords({ buckets, stepMs, outside }: Histogram): string {
  if (buckets.length === 0) return 'No entry answers, so there is nothing to draw'
  const beyond = outside.before + outside.after
  const more = beyond === 0 ? '' : `; ${figure(beyond)} far outside of this span`
  return `${countWords(buckets)}; a bar is ${formatDuration(stepMs)}${more}`
}

const gapKinds: Readonly<Record<Gap['kind'], string>> = {
  silent: 'not heard from since',
  stopped: 'stopped',
  restored: 'entries lost by a restore',
}

/** `not heard from since …` for what goes on; a span for what is over. */
export function gapWords({ kind, from, to }: Gap, zone: string): string {
  const what = gapKinds[kind]
  if (kind === 'silent') return `${what} ${formatInstant(from, zone)}`
  return `${what}, ${spanWords(Date.parse(from), Date.parse(to), zone)}`
}
