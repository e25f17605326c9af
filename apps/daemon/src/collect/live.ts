import type { LiveSession, SessionFacts } from '@watchbill/runtimes'
import { askClaude, type ListedSession, readClaudeList } from './claude-sessions.ts'
import type { Installation } from './installation.ts'
import { type Process, ProcessTable } from './processes.ts'

const scanEveryMs = 4000
const askEveryMs = 5000
const askCalmlyMs = 30_000

/** A session with a live process. Reported: the runtime says what it does; observed: we saw its process, the rows say the rest. */
export interface LiveEntry {
  readonly session: LiveSession
  readonly source: 'reported' | 'observed'
}

/** Live sessions of one installation at one moment. */
export interface LiveList {
  readonly entries: ReadonlyMap<string, LiveEntry>
  /** A process of this runtime runs, whichever session it serves. */
  readonly anyProcess: boolean
  /** Sessions that stood here before and do not any more although looking worked: their process is gone. */
  readonly gone: ReadonlySet<string>
  /** Looking worked at least once: who does not stand here has no process. */
  readonly looked: boolean
}

const nobody: LiveList = { entries: new Map(), anyProcess: false, gone: new Set(), looked: false }

/** Which sessions have a live process: Claude Code's own list first, `/proc` for the others. A live process beats file age. */
export class LiveBook {
  readonly #env: NodeJS.ProcessEnv
  readonly #mayAsk: boolean
  readonly #table = new ProcessTable()
  #lists = new Map<Installation, LiveList>()
  #processes: readonly Process[] | null = null
  #scannedMs = Number.NEGATIVE_INFINITY
  readonly #asked = new Map<Installation, { atMs: number; rows: ListedSession[] | null }>()

  /** `mayAsk`: start `claude agents` where Claude Code left no list. */
  constructor(env: NodeJS.ProcessEnv, mayAsk = true) {
    this.#env = env
    this.#mayAsk = mayAsk
  }

  of(installation: Installation): LiveList {
    return this.#lists.get(installation) ?? nobody
  }

  /** Looks again; true when a list differs from the one before. */
  async poll(installations: Iterable<Installation>, nowMs: number): Promise<boolean> {
    if (nowMs - this.#scannedMs >= scanEveryMs) {
      this.#processes = await this.#table.scan(nowMs)
      this.#scannedMs = nowMs
    }
    const lists = new Map<Installation, LiveList>()
    let changed = false
    for (const installation of installations) {
      const before = this.of(installation)
      const now = await this.#look(installation, before, nowMs)
      lists.set(installation, now)
      changed ||= fingerprint(before) !== fingerprint(now)
    }
    this.#lists = lists
    return changed
  }

  async #look(installation: Installation, before: LiveList, nowMs: number): Promise<LiveList> {
    const mine = this.#processes?.filter(({ runtime }) => runtime === installation.format.runtime) ?? []
    const listed = await this.#listed(installation, mine.length > 0, nowMs)
    const facts = new Map(installation.facts().map((each) => [each.nativeId, each]))
    const entries = new Map<string, LiveEntry>()
    for (const row of listed ?? []) {
      const source = row.stated ? 'reported' : 'observed'
      const session = row.stated ? row : observed(row.nativeId, row.pid, facts.get(row.nativeId))
      entries.set(row.nativeId, { session, source })
    }
    if (listed === null) for (const each of mine) match(each, installation, facts, entries)
    const looked = listed !== null || this.#processes !== null
    const gone = [...before.gone, ...before.entries.keys()].filter((id) => !entries.has(id))
    if (!looked) return { ...before, anyProcess: false }
    return { entries, anyProcess: mine.length > 0 || entries.size > 0, gone: new Set(gone), looked: true }
  }

  async #listed(installation: Installation, alive: boolean, nowMs: number): Promise<ListedSession[] | null> {
    if (installation.format.runtime !== 'claude-code') return null
    const rows = await readClaudeList(installation.base)
    if (rows !== null || !alive || !this.#mayAsk) return rows
    const last = this.#asked.get(installation)
    // The command costs a process start: often only while a tool call is open, which may be waiting for a person.
    const open = installation.facts().some(({ tool, phase }) => phase === 'working' && tool !== null)
    if (last !== undefined && nowMs - last.atMs < (open ? askEveryMs : askCalmlyMs)) return last.rows
    const asked = { atMs: nowMs, rows: await askClaude(installation.base, this.#env) }
    this.#asked.set(installation, asked)
    return asked.rows
  }
}

const observed = (nativeId: string, pid: number | null, facts: SessionFacts | undefined): LiveSession => ({
  nativeId,
  pid,
  status: facts?.phase === 'working' ? 'working' : 'idle',
  waitingFor: null,
  sinceMs: null,
})

/** The session whose file the process holds open; else the newest one of its working folder since it began. */
const match = (
  each: Process,
  installation: Installation,
  facts: ReadonlyMap<string, SessionFacts>,
  entries: Map<string, LiveEntry>,
): void => {
  const held = each.openFiles.flatMap((path) => installation.sessionsAt(path))
  const ids = held.length > 0 ? held : newestIn(each, [...facts.values()])
  for (const id of ids) {
    const known = facts.get(id)
    if (known === undefined || known.phase === 'ended' || known.kind !== 'main') continue
    entries.set(id, { session: observed(id, each.pid, known), source: 'observed' })
  }
}

const newestIn = (each: Process, facts: readonly SessionFacts[]): string[] => {
  const { cwd, startMs } = each
  if (cwd === null || startMs === null) return []
  const own = facts.filter(
    (one) => one.kind === 'main' && one.cwd === cwd && (one.lastActivityMs ?? 0) >= startMs - 2000,
  )
  own.sort((left, right) => (right.lastActivityMs ?? 0) - (left.lastActivityMs ?? 0))
  return own.slice(0, 1).map(({ nativeId }) => nativeId)
}

const fingerprint = (list: LiveList): string =>
  JSON.stringify([
    [...list.entries].map(([id, { session }]) => [id, session.status, session.waitingFor, session.pid]),
    [...list.gone],
  ])
