import type { Change } from '@watchbill/contract/fleet'
import { loadAgents, withoutReadings } from '../agents/agent-row.ts'
import type { ReadDb } from '../db/open.ts'
import type { Deps } from '../deps.ts'
import { instant } from '../identity/instant.ts'
import { loadSessions } from '../sessions/session-row.ts'
import { formatEvent } from './event.ts'
import { createShareFrame, type Frame } from './frame.ts'
import { type JournalRow, readJournal, readTouchedSessions } from './store.ts'

/** Journal rows told of in one frame at most. */
const rowsPerFrame = 250

/** Frames of the journals, by workspace and place. */
export const createFrames = (deps: Pick<Deps, 'dbFor' | 'bell' | 'now' | 'config'>) => {
  const share = createShareFrame(deps)
  return (workspace: string, after: number): Promise<Frame> =>
    share(`${workspace} ${after}`, workspace, () =>
      readFrame(deps.dbFor(workspace), workspace, after, deps.now()),
    )
}

/** A place beyond the journal's end, or before its oldest row, cannot be resumed: `reset` says to load anew. */
const readFrame = async (db: ReadDb, workspace: string, after: number, now: number): Promise<Frame> => {
  const rows = await readJournal(db, workspace, after, rowsPerFrame)
  const [first] = rows
  if (!first) return { kind: 'gone' }
  if (first.head === after) return { kind: 'none' }
  const last = rows.at(-1)?.seq ?? null
  if (first.seq !== after + 1 || last === null) return resetFrame(workspace, first.head, now)
  const change = await readChange(db, workspace, rows, now)
  const bytes = formatEvent('change', last, change)
  return { kind: 'told', seq: last, bytes, more: rows.length === rowsPerFrame }
}

const resetFrame = (workspace: string, seq: number, now: number): Frame => {
  const bytes = formatEvent('reset', seq, { now: instant(now), workspace, seq })
  return { kind: 'told', seq, bytes, more: false }
}

/** The rows as they stand now, each once, however often the journal names them. */
const readChange = async (
  db: ReadDb,
  workspace: string,
  journal: readonly JournalRow[],
  now: number,
): Promise<Change> => {
  const refsOf = (...kinds: JournalRow['kind'][]) => [
    ...new Set(journal.flatMap(({ kind, ref }) => (kinds.includes(kind) ? [ref] : []))),
  ]
  const spoke = refsOf('agent', 'pulse')
  const touched = await readTouchedSessions(db, workspace, refsOf('session'), spoke)
  const agentIds = [...new Set([...spoke, ...touched.map((row) => row.agent_id)])]
  const sessionIds = touched.map(({ id }) => id)
  const [agents, sessions] = await Promise.all([
    loadAgents(db, workspace, agentIds, now),
    loadSessions(db, workspace, sessionIds, now),
  ])
  return {
    now: instant(now),
    agents: [...agents.values()].map(withoutReadings),
    sessions: [...sessions.values()],
    machines: refsOf('machine'),
  }
}
