import { expect, test } from 'vitest'
import { SmallLog } from '../../testdata/small-log.ts'
import { readHeader } from './entry-header.ts'
import { addEntries, noTail, showWaiting, withTail } from './tail-rows.ts'

const { entries } = (await SmallLog.create()).grow(2100)
const rowsOf = (from: number, to: number) =>
  entries
    .slice(from, to)
    .map((entry) => ({ seq: entry.seq, entry, header: readHeader(entry.header) }))
    .reverse()
const seqs = (rows: readonly { seq: number }[]) => rows.map(({ seq }) => seq)

test('at the top entries are put above the list as they come; elsewhere they wait until the reader asks', () => {
  const list = rowsOf(0, 3)
  let tail = addEntries(noTail, entries.slice(3, 5), true)
  expect(seqs(withTail(tail, list))).toEqual([4, 3, 2, 1, 0])
  tail = addEntries(tail, entries.slice(6, 8), false)
  expect(seqs(withTail(tail, list))).toEqual([4, 3, 2, 1, 0])
  expect(seqs(tail.waiting)).toEqual([7, 6])
  // What waited comes on screen with what comes next, in its order.
  tail = addEntries(tail, entries.slice(8, 9), true)
  expect(seqs(withTail(tail, list))).toEqual([8, 7, 6, 4, 3, 2, 1, 0])
  expect(showWaiting(tail)).toBe(tail)
})

test('a place stands once, whether the stream repeats itself or the list was read again', () => {
  let tail = addEntries(noTail, entries.slice(3, 6), true)
  tail = addEntries(tail, entries.slice(2, 6), true)
  expect(seqs(tail.shown)).toEqual([5, 4, 3])
  expect(seqs(withTail(tail, rowsOf(0, 5)))).toEqual([5, 4, 3, 2, 1, 0])
})

test('more than is kept is not shown in part', () => {
  let tail = addEntries(noTail, entries.slice(0, 1900), true)
  tail = addEntries(tail, entries.slice(1900, 2100), true)
  expect(tail.over).toBe(true)
  expect(tail.shown).toHaveLength(1900)
  expect(addEntries(tail, entries.slice(0, 1), true)).toBe(tail)
})
