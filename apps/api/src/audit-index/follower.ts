import type { EntryFacts } from '@watchbill/contract/audit-query'
import { createTurns } from '../db/turns.ts'
import { GuardFailed, type IngestWrite } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { everyColumn } from './column.ts'
import { factsOf } from './facts.ts'
import { joinRuns, openStored, type StoredRun, smallRun, storeRun, wholeRun } from './run.ts'
import {
  beginIndex,
  columnWrites,
  dropColumns,
  type IndexHead,
  moveIndex,
  readIndexable,
  readIndexHead,
  readLogSize,
  readRuns,
  textWrites,
} from './store.ts'

export type IndexDeps = Pick<Deps, 'dbFor' | 'ingest' | 'config'>

export interface Standing {
  /** Stands for the workspace in the index; 0 while there is none. */
  readonly no: number
  /** Entries below this place are in the index. */
  readonly indexed: number
  /** Entries in the log. */
  readonly size: number
}

/** Entries read in one step while little is to do, so that appends wait for milliseconds at most. */
const step = 1024
/** Above this many to read, whole runs are written at once. */
const far = 4 * wholeRun
/** A reader waits so long for the index, ms; then it is answered as far as the index has come. */
const readerPatienceMs = 300

const turns = new WeakMap<Deps['ingest'], ReturnType<typeof createTurns>>()

/**
 * Brings the index to the end of the log, or as far as `patienceMs` allows. Several may try at once, here and in other
 * processes: one wins each step, the others go on behind it.
 */
export const catchUp = async (
  deps: IndexDeps,
  workspace: string,
  patienceMs = readerPatienceMs,
): Promise<Standing> => {
  // At the edge a request may not wait for another one's query.
  if (deps.config.runtime === 'edge') return goOn(deps, workspace, patienceMs)
  const inTurn = turns.get(deps.ingest) ?? createTurns()
  turns.set(deps.ingest, inTurn)
  return inTurn(workspace, () => goOn(deps, workspace, patienceMs))
}

const goOn = async (deps: IndexDeps, workspace: string, patienceMs: number): Promise<Standing> => {
  const started = performance.now()
  for (;;) {
    const head = await requireHead(deps, workspace)
    if (head === null) return { no: 0, indexed: 0, size: await readLogSize(deps.dbFor(workspace), workspace) }
    if (head.indexed >= head.size || performance.now() - started > patienceMs) return head
    await indexStep(deps, workspace, head)
  }
}

/** Begins the index where there is a log and no index yet. Null where there is no log. */
const requireHead = async (deps: IndexDeps, workspace: string): Promise<IndexHead | null> => {
  const db = deps.dbFor(workspace)
  const head = await readIndexHead(db, workspace)
  if (head !== null || (await readLogSize(db, workspace)) === 0) return head
  await deps.ingest(beginIndex(workspace))
  return readIndexHead(db, workspace)
}

/** One step; false when somebody else took it, or entries were erased while they were read. */
export const indexStep = async (deps: IndexDeps, workspace: string, head: IndexHead): Promise<boolean> => {
  const writes = await planStep(deps, workspace, head)
  try {
    await deps.ingest(...writes)
    return true
  } catch (error) {
    if (error instanceof GuardFailed) return false
    throw error
  }
}

const planStep = async (deps: IndexDeps, workspace: string, head: IndexHead): Promise<IngestWrite[]> => {
  const { no, indexed, size } = head
  const to = endOfStep(indexed, size)
  // A small run that grows is written anew, so it is read from its beginning.
  const from = indexed - (indexed % smallRun)
  const rows = await readIndexable(deps.dbFor(workspace), workspace, from, to)
  const facts = rows.map((row) => (row === null ? missing : factsOf(row)))
  const whole = from % wholeRun === 0 && to - from === wholeRun
  const runs = cut(from, facts, whole ? wholeRun : smallRun)
  const texts = facts.slice(indexed - from).map(({ text }) => text)
  const closing = !whole && to % wholeRun === 0 ? await closeRun(deps, workspace, to, runs) : null
  return [
    // First, so that a step that comes too late does nothing but fail.
    moveIndex(workspace, head, to),
    ...(closing ?? runs.flatMap((run) => columnWrites(workspace, run))),
    ...textWrites(no, indexed, texts),
  ]
}

/** Steps end where runs end, so that no small run reaches over a whole one. */
const endOfStep = (indexed: number, size: number): number => {
  const border = indexed - (indexed % wholeRun) + wholeRun
  const wanted = size - indexed > far ? border : indexed + step
  return Math.min(size, border, wanted)
}

const cut = (from: number, facts: readonly EntryFacts[], width: number) =>
  Array.from({ length: Math.ceil(facts.length / width) }, (_, index) =>
    storeRun(from + index * width, facts.slice(index * width, (index + 1) * width)),
  )

/** The small runs up to `to` become one whole run; null where some are not there: then they stay small. */
const closeRun = async (
  deps: IndexDeps,
  workspace: string,
  to: number,
  fresh: readonly StoredRun[],
): Promise<IngestWrite[] | null> => {
  const from = to - wholeRun
  const border = fresh[0]?.first ?? to
  const before = await readRuns(deps.dbFor(workspace), workspace, everyColumn, from, border)
  const whole = joinRuns([...before, ...fresh.map(openStored)])
  if (whole.first !== from || whole.count !== wholeRun) return null
  return [dropColumns(workspace, from, to), ...columnWrites(workspace, whole)]
}

/** The log lacks the entry: somebody took it out of the file. */
const missing: EntryFacts = { words: { payload: 'missing' }, numbers: {}, text: '' }
