import type { Sort } from '@watchbill/contract/audit-query'
import type { Asked } from './ask.ts'
import type { Key, Position } from './cursor.ts'
import { countOf, scanRuns } from './scan.ts'

/** A page in the order of its query. */
export interface FoundPage {
  readonly keys: readonly Key[]
  /** Whether more follow in the direction that was read. */
  readonly more: boolean
  readonly total: { readonly count: number; readonly exact: boolean }
}

/** Reads at most `limit` places behind or before a position; from the start without one. */
export const readPage = async (
  asked: Asked,
  sort: Sort,
  limit: number,
  position: Position | null,
): Promise<FoundPage> => {
  const backwards = position?.to === 'previous'
  const descending = (sort === 'newest' || sort === 'latest') !== backwards
  const byTime = sort === 'latest' || sort === 'earliest'
  const read = byTime ? readByTime : readByPlace
  const { keys, total } = await read(asked, descending, limit + 1, position?.key ?? null)
  const shown = keys.slice(0, limit)
  return {
    keys: backwards ? shown.reverse() : shown,
    more: keys.length > limit,
    total: position?.total ?? total,
  }
}

interface Read {
  readonly keys: Key[]
  readonly total: FoundPage['total']
}

/** The search ends with the page: what lies beyond is estimated from how many answered so far. */
const readByPlace = async (
  asked: Asked,
  descending: boolean,
  most: number,
  after: Key | null,
): Promise<Read> => {
  const from = after !== null && !descending ? after.seq + 1 : asked.from
  const below = after !== null && descending ? Math.min(after.seq, asked.below) : asked.below
  const keys: Key[] = []
  let [answered, searched] = [0, 0]
  for await (const { run, mask } of scanRuns({ ...asked, from, below, ascending: !descending })) {
    searched += Math.min(below, run.first + run.count) - Math.max(from, run.first)
    answered += countOf(mask)
    takePlaces(keys, mask, run.first, descending, most)
    if (keys.length >= most) {
      const exact = searched >= below - from
      const count = exact ? answered : Math.round((answered / searched) * (below - from))
      return { keys, total: { count, exact } }
    }
  }
  return { keys, total: { count: answered, exact: true } }
}

const takePlaces = (
  keys: Key[],
  mask: Uint8Array,
  first: number,
  descending: boolean,
  most: number,
): void => {
  const step = (at: number) => (descending ? mask.lastIndexOf(1, at) : mask.indexOf(1, at))
  let at = step(descending ? mask.length - 1 : 0)
  while (at >= 0 && keys.length < most) {
    keys.push({ time: 0, seq: first + at })
    // lastIndexOf counts a negative start from the end.
    if (descending && at === 0) return
    at = step(descending ? at - 1 : at + 1)
  }
}

/** Clocks of machines do not follow the log, so every entry that answers is looked at; the best are kept. */
const readByTime = async (
  asked: Asked,
  descending: boolean,
  most: number,
  after: Key | null,
): Promise<Read> => {
  const better = (left: Key, right: Key) => (descending ? compare(right, left) : compare(left, right))
  let kept: Key[] = []
  let answered = 0
  for await (const { run, mask } of scanRuns({ ...asked, fields: ['time'] })) {
    const { numbers } = run.numbers('time')
    for (let at = mask.indexOf(1); at >= 0; at = mask.indexOf(1, at + 1)) {
      answered += 1
      const time = numbers[at] ?? Number.NaN
      // One whose header cannot be read has no time: it stands before all others.
      const key = { time: Number.isNaN(time) ? -1 : time, seq: run.first + at }
      if (after === null || better(after, key) < 0) kept.push(key)
    }
    if (kept.length > most * 8) kept = kept.sort(better).slice(0, most)
  }
  return { keys: kept.sort(better).slice(0, most), total: { count: answered, exact: true } }
}

const compare = (left: Key, right: Key): number => left.time - right.time || left.seq - right.seq
