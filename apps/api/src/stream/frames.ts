import type { Change } from '@watchbill/contract/fleet'
import { loadAgents, withoutReadings } from '../agents/agent-row.ts'
import type { ReadDb } from '../db/open.ts'
import type { Deps } from '../deps.ts'
import { instant } from '../identity/instant.ts'
import { loadSessions } from '../sessions/session-row.ts'
import { type JournalRow, readJournal, readTouchedSessions } from './store.ts'

/** What a reader at some place of the journal gets next. */
export type Frame =
  | { readonly kind: 'none' }
  /** The workspace is no more. */
  | { readonly kind: 'gone' }
  /** `more`: further rows stand in the journal already. */
  | { readonly kind: 'change'; readonly seq: number; readonly bytes: Uint8Array; readonly more: boolean }
  | { readonly kind: 'reset'; readonly seq: number; readonly bytes: Uint8Array; readonly more: boolean }

/** Journal rows told of in one frame at most. */
const rowsPerFrame = 250
/** How long readers at the same place share a frame, ms. */
const shareMs = 100

/** Frames by workspace and place. Readers woken together stand at the same place, so each frame is made once for all. */
export const createFrames = (deps: Pick<Deps, 'dbFor' | 'bell' | 'now' | 'config'>) => {
  const read = (workspace: string, after: number) =>
    readFrame(deps.dbFor(workspace), workspace, after, deps.now())
  // At the edge a request may not wait for another one's query.
  return deps.config.runtime === 'edge' ? read : shareFrames(deps, read)
}

type ReadFrame = (workspace: string, after: number) => Promise<Frame>

const shareFrames = (deps: Pick<Deps, 'bell'>, read: ReadFrame): ReadFrame => {
  const shared = new Map<string, { at: number; frame: Promise<Frame> }>()
  const forget = (key: string, entry: { frame: Promise<Frame> }) => {
    if (shared.get(key)?.frame === entry.frame) shared.delete(key)
  }
  return (workspace, after) => {
    const key = `${workspace} ${after} ${deps.bell.rings(workspace)}`
    const known = shared.get(key)
    const at = performance.now()
    if (known && at - known.at < shareMs) return known.frame
    const entry = { at, frame: read(workspace, after) }
    shared.set(key, entry)
    setTimeout(forget, shareMs, key, entry)
    return entry.frame
  }
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
  return { kind: 'change', seq: last, bytes, more: rows.length === rowsPerFrame }
}

const resetFrame = (workspace: string, seq: number, now: number): Frame => {
  const bytes = formatEvent('reset', seq, { now: instant(now), workspace, seq })
  return { kind: 'reset', seq, bytes, more: false }
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

/** One SSE event. JSON holds no line break, so `data` is one line. `id` null leaves the reader's place as it is. */
export const formatEvent = (event: string, id: number | null, data: unknown): Uint8Array => {
  const place = id === null ? '' : `id: ${id}\n`
  return new TextEncoder().encode(`${place}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}
