import type { Tokens } from '@watchbill/contract/sessions'
import type { FileState } from './file.ts'
import type { SessionFacts } from './runtime.ts'
import type { Call, CostPoint, Mark, Thread } from './thread-state.ts'

/** Facts of one session: its threads (one per file it stands in) and what of them is its own. */
interface Sum {
  threads: Thread[]
  calls: Call[]
  marks: Record<Mark, number>
  /** Latest time of a fact that another session owns, and that session: where this one was forked off. */
  forkedAt: number | null
  forkedFrom: string | null
}

const earlier = (a: number | null, b: number | null) => (a ?? Infinity) - (b ?? Infinity)
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Who owns a shared fact: not the one known to have copied it, then the earliest, then by id (any file order). */
const bySeniority = (a: Thread, b: Thread) =>
  Number(a.borrowed) - Number(b.borrowed) || earlier(a.firstMs, b.firstMs) || 0 || byText(a.id, b.id)

const createSum = (): Sum => ({
  threads: [],
  calls: [],
  marks: { prompt: 0, tool: 0, failure: 0, denial: 0, error: 0, compaction: 0 },
  forkedAt: null,
  forkedFrom: null,
})

/** Who has what, within one scope. Keys are the threads' own strings: building 200,000 new ones costs more than all else. */
interface Owners {
  readonly calls: Map<string, Thread>
  readonly marks: Map<string, Thread>
}

/** The thread that had this key first, or null when that is now this one. */
const claim = (owners: Map<string, Thread>, key: string, thread: Thread): Thread | null => {
  const owner = owners.get(key)
  if (owner === undefined) owners.set(key, thread)
  return owner ?? null
}

/** The time tells apart calls that merely have the same number: copied rows keep theirs. */
const claimCall = (owners: Owners, slot: string, call: Call, thread: Thread): Thread | null => {
  const owner = claim(owners.calls, slot, thread)
  if (owner === null || owner.calls[slot]?.[0] === call[0]) return owner
  return claim(owners.calls, `${slot}@${call[0]}`, thread)
}

const addThread = (sum: Sum, thread: Thread, owners: Owners): void => {
  sum.threads.push(thread)
  for (const [slot, call] of Object.entries(thread.calls)) {
    const owner = claimCall(owners, slot, call, thread)
    if (owner === null) sum.calls.push(call)
    else if (owner.id !== thread.id) {
      sum.forkedFrom = owner.id
      sum.forkedAt = Math.max(sum.forkedAt ?? 0, call[0] ?? 0)
    }
  }
  for (const [slot, mark] of Object.entries(thread.marks))
    if (claim(owners.marks, slot, thread) === null) sum.marks[mark] += 1
  const { call, marks } = thread.folded
  if (call !== null) sum.calls.push(call)
  for (const [mark, count] of Object.entries(marks)) sum.marks[markNamed(mark)] += count
}

/** The one cast: Object.entries forgets the names of a record's keys. */
const markNamed = (name: string): Mark => name as Mark

const addUp = (calls: readonly Call[], column: 1 | 2 | 3 | 4 | 5): number | null => {
  let total: number | null = null
  for (const call of calls) {
    const value = call[column]
    if (value !== null) total = Math.min((total ?? 0) + value, Number.MAX_SAFE_INTEGER)
  }
  return total
}

const lastPoint = (sum: Sum): CostPoint | null =>
  sum.threads.flatMap((thread) => thread.costs.slice(-1)).sort((a, b) => earlier(b.ms, a.ms) || 0)[0] ?? null

/** What the parent's running total stood at when this session was forked off; a fork starts from there. */
const inherited = (sum: Sum, sums: ReadonlyMap<string, Sum>): CostPoint | null => {
  const { forkedAt, forkedFrom } = sum
  if (forkedAt === null || forkedFrom === null) return null
  const points = sums.get(forkedFrom)?.threads.flatMap((thread) => thread.costs) ?? []
  return points.find((point) => point.ms !== null && point.ms >= forkedAt) ?? points.at(-1) ?? null
}

const costOf = (sum: Sum, sums: ReadonlyMap<string, Sum>): number | null => {
  const last = lastPoint(sum)
  if (last === null) return null
  if (sum.forkedFrom === null) return last.microUsd
  const base = inherited(sum, sums)
  return base === null ? null : Math.max(0, last.microUsd - base.microUsd)
}

/**
 * Tokens the runtime counted in its running total but wrote no row for (Claude Code: compaction), by column.
 * Sub-agents' calls are in that total too and are theirs.
 */
const unlistedOf = (sum: Sum, sums: ReadonlyMap<string, Sum>, children: readonly Sum[]): number[] => {
  const last = lastPoint(sum)
  const base = inherited(sum, sums)
  if (last === null || (sum.forkedFrom !== null && base === null)) return []
  const before = children
    .flatMap((child) => child.calls)
    .filter((call) => call[0] !== null && last.ms !== null && call[0] <= last.ms)
  return ([1, 2, 3, 4, 5] as const).map((column, index) =>
    Math.max(0, (last.unlisted[index] ?? 0) - (base?.unlisted[index] ?? 0) - (addUp(before, column) ?? 0)),
  )
}

const tokensOf = (sum: Sum, extra: readonly number[]): Tokens => {
  const column = (index: 1 | 2 | 3 | 4 | 5) => {
    const rows = addUp(sum.calls, index)
    const more = extra[index - 1] ?? 0
    return rows === null && more === 0 ? null : Math.min((rows ?? 0) + more, Number.MAX_SAFE_INTEGER)
  }
  return {
    input: column(1),
    cacheRead: column(2),
    cacheWrite: column(3),
    output: column(4),
    reasoning: column(5),
  }
}

const earliest = (times: readonly (number | null)[]) =>
  times.reduce<number | null>((least, ms) => (ms === null ? least : Math.min(least ?? ms, ms)), null)

/** The first thread's own word, newest thread first. */
const said = <K extends keyof Thread>(threads: readonly Thread[], name: K): Thread[K] | null =>
  threads.find((thread) => thread[name] !== null)?.[name] ?? null

const factsOf = (
  id: string,
  sum: Sum,
  sums: ReadonlyMap<string, Sum>,
  children: readonly Sum[],
): SessionFacts | null => {
  const threads = sum.threads.toSorted((a, b) => (b.lastMs ?? -1) - (a.lastMs ?? -1) || bySeniority(a, b))
  const newest = threads[0]
  if (newest === undefined) return null
  const tool = newest.pending[0]
  const streak = newest.streak
  return {
    nativeId: id,
    parentNativeId: said(threads, 'parent'),
    kind: newest.kind,
    phase: newest.phase,
    phaseSinceMs: newest.phaseMs,
    startedMs: earliest(threads.map((thread) => thread.firstMs)),
    lastActivityMs: newest.lastMs,
    model: said(threads, 'model'),
    version: said(threads, 'version'),
    entrypoint: said(threads, 'entrypoint'),
    permissionMode: said(threads, 'mode'),
    cwd: said(threads, 'cwd'),
    repository: said(threads, 'repository'),
    branch: said(threads, 'branch'),
    tool: tool === undefined ? null : { name: tool.name, request: tool.request, sinceMs: tool.ms },
    tokens: tokensOf(sum, unlistedOf(sum, sums, children)),
    costMicroUsd: costOf(sum, sums),
    turns: sum.marks.prompt,
    toolCalls: sum.marks.tool,
    toolFailures: sum.marks.failure,
    denials: sum.marks.denial,
    errors: sum.marks.error,
    subagents: children.length,
    repeats:
      newest.phase === 'working' && streak !== null && streak.count > 1
        ? { tool: streak.tool, request: streak.request, count: streak.count }
        : null,
    hasPrompt: threads.some((thread) => thread.prompted),
  }
}

/** What a sub-agent's rows leave out is its parent's: it runs in the same process and folder. */
const withParent = (facts: SessionFacts, parent: SessionFacts | undefined): SessionFacts =>
  parent === undefined
    ? facts
    : {
        ...facts,
        version: facts.version ?? parent.version,
        entrypoint: facts.entrypoint ?? parent.entrypoint,
        permissionMode: facts.permissionMode ?? parent.permissionMode,
        cwd: facts.cwd ?? parent.cwd,
        repository: facts.repository ?? parent.repository,
        branch: facts.branch ?? parent.branch,
      }

/** Sessions out of the threads of all files, every fact counted once, in whichever order the files come. */
export const mergeSessions = (files: Iterable<FileState>): SessionFacts[] => {
  const threads = [...files].flatMap((file) => Object.values(file.threads)).sort(bySeniority)
  const scopes = new Map<string, Owners>()
  const sums = new Map<string, Sum>()
  const children = new Map<string, Sum[]>()
  for (const thread of threads) {
    let sum = sums.get(thread.id)
    if (sum === undefined) {
      sum = createSum()
      sums.set(thread.id, sum)
      if (thread.parent !== null) children.set(thread.parent, [...(children.get(thread.parent) ?? []), sum])
    }
    const owners = scopes.get(thread.scope) ?? { calls: new Map(), marks: new Map() }
    scopes.set(thread.scope, owners)
    addThread(sum, thread, owners)
  }
  const facts = new Map<string, SessionFacts>()
  for (const [id, sum] of sums) {
    const made = factsOf(id, sum, sums, children.get(id) ?? [])
    if (made !== null) facts.set(id, made)
  }
  return [...facts.values()]
    .map((made) => withParent(made, facts.get(made.parentNativeId ?? '')))
    .sort((a, b) => byText(a.nativeId, b.nativeId))
}
