import type { Call, Folded, Thread } from './thread-state.ts'

/** What one thread keeps of its rows, each; a session of that size is months of work. Older facts are added up. */
export const limits = { calls: 10_000, marks: 20_000, told: 20_000 } as const

export const createFolded = (): Folded => ({ call: null, marks: {}, held: { calls: 0, marks: 0, told: 0 } })

/** Call after a new entry was put into a table. */
export const grown = (thread: Thread, table: keyof typeof limits): void => {
  const { held } = thread.folded
  held[table] += 1
  if (held[table] <= limits[table]) return
  if (table === 'calls') foldCalls(thread)
  else if (table === 'marks') foldMarks(thread)
  else thread.told = split(thread.told).kept
  held[table] = Object.keys(thread[table]).length
}

/** The older half, in the order of the rows, and the rest. */
const split = <T>(table: Record<string, T>): { old: T[]; kept: Record<string, T> } => {
  const entries = Object.entries(table)
  const half = entries.length >> 1
  return {
    old: entries.slice(0, half).map(([, value]) => value),
    kept: Object.fromEntries(entries.slice(half)),
  }
}

const foldCalls = (thread: Thread): void => {
  const { old, kept } = split(thread.calls)
  thread.calls = kept
  thread.folded.call = [thread.folded.call, ...old].filter((call) => call !== null).reduce(plus)
}

const foldMarks = (thread: Thread): void => {
  const { old, kept } = split(thread.marks)
  const sums = thread.folded.marks
  thread.marks = kept
  for (const mark of old) sums[mark] = (sums[mark] ?? 0) + 1
}

const plus = (a: Call, b: Call): Call => [
  later(a[0], b[0]),
  sum(a[1], b[1]),
  sum(a[2], b[2]),
  sum(a[3], b[3]),
  sum(a[4], b[4]),
  sum(a[5], b[5]),
]

const sum = (a: number | null, b: number | null): number | null =>
  a === null && b === null ? null : Math.min((a ?? 0) + (b ?? 0), Number.MAX_SAFE_INTEGER)
const later = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)
