import type { Expr, TextTerm } from '@watchbill/contract/audit-query'
import { Fault } from '@watchbill/contract/fault'
import type { ColumnField } from '../audit-index/column.ts'
import { type Run, wholeRun } from '../audit-index/run.ts'
import { readRuns } from '../audit-index/store.ts'
import type { ReadDb } from '../db/open.ts'
import { pause } from '../pause.ts'
import { findCandidates, standsTogether } from './candidates.ts'
import { columnsOf, maskOf, placesOf, type TextMask, termsOf, textsOf } from './mask.ts'
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
  /** After so much work the search is given up, ms; unless said, as long as somebody waits before a page. */
  readonly budgetMs?: number
}

/** A run, and which of its entries answer; those outside of `from` to `below` never do. */
export interface Found {
  readonly run: Run
  readonly mask: Uint8Array
  /** For further questions about the same run. */
  readonly textMask: TextMask
}

/** Longer than this nobody waits for a search, ms. */
const pageBudgetMs = 3000
/** Others get their turn at least this often, ms. */
const turnMs = 15
/** How much is read at a time. */
export interface Pace {
  /** Whole runs of the first chunk; each is four times the one before, up to `large`. */
  readonly small: number
  readonly large: number
  /** Chunks that are looked at before the dictionaries of all others are. */
  readonly looksFirst: number
}

/** A page is nearly always in the first run, a count wants few round trips. */
const defaultPace: Pace = { small: 1, large: 16, looksFirst: 3 }

/**
 * Goes through the index run by run. Reads only the columns that are asked about, and gives way to others in between.
 * Throws Fault `too_costly` when it takes too long: then the question has to be narrower.
 */
export async function* scanRuns(scan: Scan, pace = defaultPace): AsyncGenerator<Found> {
  const { where, ascending = false } = scan
  const places = placesOf(where)
  const [from, below] = [Math.max(scan.from, places.from), Math.min(scan.below, places.below)]
  const [low, high] = [alignDown(from), alignUp(below)]
  const clock = createClock(scan.budgetMs ?? pageBudgetMs)
  let candidates: ReadonlySet<number> | null = null
  for (const [chunk, { start, end, done }] of chunksOf(low, high, ascending, pace).entries()) {
    // Most questions are answered by the first runs; those that are not look for something rare, or for another time.
    if (chunk === (standsTogether(where) ? 0 : pace.looksFirst)) {
      const rest = ascending ? ([start, high] as const) : ([low, end] as const)
      candidates = await findCandidates(scan.db, scan.workspace, where, ...rest)
    }
    for await (const found of readChunk(scan, start, end, candidates)) {
      clip(found.mask, found.run.first, from, below)
      // What the caller does with it takes none of the time that a search may.
      clock.stop()
      yield found
      clock.go()
    }
    await clock.tick(Math.min(done, below - from), below - from)
  }
}

/** Spans of whole runs, growing, in the order in which they are searched. */
const chunksOf = (low: number, high: number, ascending: boolean, { small, large }: Pace) => {
  const chunks: { start: number; end: number; done: number }[] = []
  let width = small
  for (let done = 0; low + done < high; width = Math.min(large, width * 4)) {
    const length = Math.min(width * wholeRun, high - low - done)
    const start = ascending ? low + done : high - done - length
    done += length
    chunks.push({ start, end: start + length, done })
  }
  return chunks
}

async function* readChunk(
  { db, workspace, no, where, fields = [], ascending = false }: Scan,
  start: number,
  end: number,
  candidates: ReadonlySet<number> | null,
): AsyncGenerator<Found> {
  const only = candidates && [...candidates].filter((first) => first >= start && first < end)
  if (only?.length === 0) return
  const texts = await readTexts(db, no, textsOf(where), start, end)
  if (neededTexts(where).some((term) => !texts.any(term))) return
  const runs = await readRuns(db, workspace, [...columnsOf(where), ...fields], start, end, only)
  const textMask = texts.mask
  for (const run of ascending ? runs : runs.reverse())
    yield { run, mask: maskOf(where, run, textMask), textMask }
}

/** Text that every answer has to hold. */
const neededTexts = (where: Expr | null): TextTerm[] => termsOf(where).filter((term) => term.kind === 'text')

/** Entries of a run before `from` and from `below` on are not searched. */
const clip = (mask: Uint8Array, first: number, from: number, below: number): void => {
  mask.fill(0, 0, Math.max(0, from - first))
  mask.fill(0, Math.max(0, below - first))
}

const alignDown = (seq: number) => seq - (seq % wholeRun)
const alignUp = (seq: number) => Math.ceil(seq / wholeRun) * wholeRun

const createClock = (budgetMs: number) => {
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
      if (spent > budgetMs && done < of) throw tooCostly(budgetMs, done, of)
      if (since - turn < turnMs) return
      await pause(0)
      turn = performance.now()
    },
  }
}

const tooCostly = (budgetMs: number, done: number, of: number) =>
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
