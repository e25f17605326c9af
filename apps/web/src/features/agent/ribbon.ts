import type { AgentState, HistoryBucket } from '@watchbill/contract/agents'

/** What a stretch of the ribbon shows: a state, or that nobody looked. */
export type RibbonState = AgentState | 'unseen'

/** Neighbouring steps in one state; `fromStep` inclusive, `toStep` exclusive. */
export interface RibbonRun {
  readonly state: RibbonState
  readonly fromStep: number
  readonly toStep: number
  readonly fromMs: number
  readonly toMs: number
  /** Snapshots in the whole run. */
  readonly count: number
}

/** A step nobody looked at has no state, whatever the row says. */
export const stepState = (bucket: HistoryBucket): RibbonState =>
  bucket.observed && bucket.state !== null ? bucket.state : 'unseen'

/** Joins neighbouring steps in the same state, oldest first. */
export const ribbonRuns = (buckets: readonly HistoryBucket[], stepMs: number): RibbonRun[] => {
  const runs: RibbonRun[] = []
  buckets.forEach((bucket, step) => {
    const state = stepState(bucket)
    const atMs = Date.parse(bucket.at)
    const last = runs.at(-1)
    const end = { toStep: step + 1, toMs: atMs + stepMs }
    if (last !== undefined && last.state === state) {
      runs[runs.length - 1] = { ...last, ...end, count: last.count + bucket.count }
    } else {
      runs.push({ state, fromStep: step, fromMs: atMs, count: bucket.count, ...end })
    }
  })
  return runs
}

/** Since when the newest run holds, ms; null when the history does not end in `state`. */
export const heldSinceMs = (runs: readonly RibbonRun[], state: RibbonState): number | null => {
  const last = runs.at(-1)
  return last !== undefined && last.state === state ? last.fromMs : null
}

/** Time spent per state over the window, ms, longest first. */
export const timeInState = (runs: readonly RibbonRun[]): { state: RibbonState; ms: number }[] => {
  const totals = new Map<RibbonState, number>()
  for (const run of runs) totals.set(run.state, (totals.get(run.state) ?? 0) + run.toMs - run.fromMs)
  return [...totals].map(([state, ms]) => ({ state, ms })).sort((a, b) => b.ms - a.ms)
}

/** Full hours inside the window, as fractions of its width, with their time. */
export const hourMarks = (fromMs: number, toMs: number, everyHours: number): { at: number; ms: number }[] => {
  const everyMs = everyHours * 3_600_000
  const marks: { at: number; ms: number }[] = []
  if (!(toMs > fromMs) || !(everyMs > 0)) return marks
  for (let ms = Math.ceil(fromMs / everyMs) * everyMs; ms <= toMs; ms += everyMs) {
    marks.push({ at: (ms - fromMs) / (toMs - fromMs), ms })
  }
  return marks
}
