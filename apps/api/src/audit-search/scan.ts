import type { Expr } from '@watchbill/contract/audit-query'
import { Fault } from '@watchbill/contract/fault'
import type { ColumnField } from '../audit-index/column.ts'
import { type Run, wholeRun } from '../audit-index/run.ts'
import { readRuns } from '../audit-index/store.ts'
import type { ReadDb } from '../db/open.ts'
import { pause } from '../pause.ts'
import { columnsOf, maskOf, placesOf, type TextMask, textsOf } from './mask.ts'
import { readTexts } from './text.ts'

/** What is searched, and how. */
export interface Scan {
  readonly db: ReadDb
  readonly workspace: string
  /** Number of the workspace in the index. */
  readonly no: number
  readonly where: Expr | null
  /** Places from `from` to `below` - 1; `below` is at most what is indexed. */
  readonly from: number
  readonly below: number
  /** Columns wanted beside those the query asks about. */
  readonly fields?: readonly ColumnField[]
  /** Newest first unless said. */
  readonly ascending?: boolean
}

/** A run, and which of its entries answer; those outside of `from` to `below` never do. */
export interface Found {
  readonly run: Run
  readonly mask: Uint8Array
  /** For further questions about the same run. */
  readonly textMask: TextMask
}

/** Longer than this nobody waits for a search, ms. */
const budgetMs = 3000
/** Others get their turn at least this often, ms. */
const turnMs = 15
/** Whole runs read at a time: a page is nearly always in the first, a count wants few round trips. */
const smallChunk = 1
const largeChunk = 16

/**
 * Goes through the index run by run. Reads only the columns that are asked about, and gives way to others in between.
 * Throws Fault `too_costly` when it takes too long: then the question has to be narrower.
 */
export async function* scanRuns(scan: Scan): AsyncGenerator<Found> {
  const { db, workspace, no, where, ascending = false } = scan
  const places = placesOf(where)
  const from = Math.max(scan.from, places.from)
  const below = Math.min(scan.below, places.below)
  const fields = [...columnsOf(where), ...(scan.fields ?? [])]
  const terms = textsOf(where)
  const clock = createClock()
  let width = smallChunk
  for (
    let low = alignDown(from), high = alignUp(below);
    low < high;
    width = Math.min(largeChunk, width * 4)
  ) {
    const chunk = Math.min(width * wholeRun, high - low)
    const start = ascending ? low : high - chunk
    const runs = await readRuns(db, workspace, fields, start, start + chunk)
    const textMask = await readTexts(db, no, terms, start, start + chunk)
    for (const run of ascending ? runs : runs.reverse()) {
      const mask = maskOf(where, run, textMask)
      clip(mask, run.first, from, below)
      // What the caller does with it takes none of the time that a search may.
      clock.stop()
      yield { run, mask, textMask }
      clock.go()
    }
    if (ascending) low += chunk
    else high -= chunk
    await clock.tick(ascending ? low - from : below - high, below - from)
  }
}

/** Entries of a run before `from` and from `below` on are not searched. */
export const clip = (mask: Uint8Array, first: number, from: number, below: number): void => {
  mask.fill(0, 0, Math.max(0, from - first))
  mask.fill(0, Math.max(0, below - first))
}

const alignDown = (seq: number) => seq - (seq % wholeRun)
const alignUp = (seq: number) => Math.ceil(seq / wholeRun) * wholeRun

const createClock = () => {
  let spent = 0
  let since = performance.now()
  let turn = since
  const stop = () => {
    spent += performance.now() - since
  }
  const go = () => {
    since = performance.now()
  }
  return {
    stop,
    go,
    /** Called after each chunk. */
    async tick(done: number, of: number): Promise<void> {
      stop()
      go()
      if (spent > budgetMs && done < of) throw tooCostly(done, of)
      if (since - turn < turnMs) return
      await pause(0, never)
      turn = performance.now()
    },
  }
}
const never = new AbortController().signal

const tooCostly = (done: number, of: number) =>
  new Fault(
    'too_costly',
    `The search was given up after ${budgetMs / 1000} s: ${done.toLocaleString('en')} of ${of.toLocaleString('en')} entries were looked at.`,
    {
      mend: 'Narrow it: a time (after:, before:, last:24h), an agent, an action, or places (seq:1000..2000).',
    },
  )

/** How many entries of a mask are set. */
export const countOf = (mask: Uint8Array): number => {
  let count = 0
  for (let at = 0; at < mask.length; at += 1) count += mask[at] ?? 0
  return count
}
