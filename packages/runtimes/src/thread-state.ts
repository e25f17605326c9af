import type { SessionFacts } from './runtime.ts'

/** First row's time (ms), then uncached input, cache read, cache write, visible output, reasoning: one model call. */
export type Call = [
  ms: number | null,
  input: number | null,
  cacheRead: number | null,
  cacheWrite: number | null,
  output: number | null,
  reasoning: number | null,
]

export type Mark = 'prompt' | 'tool' | 'failure' | 'denial' | 'error' | 'compaction'

/** Asked for, no result yet. `key` is hashed; the input itself is never kept. */
export interface Pending {
  readonly key: string
  readonly name: string
  readonly request: string | null
  readonly ms: number | null
  /** Needs a person's approval before it runs (Codex escalation). */
  readonly gated: boolean
}

/** A running total the runtime wrote: micro USD, and tokens beyond those of the calls read until then. */
export interface CostPoint {
  readonly ms: number | null
  readonly microUsd: number
  readonly unlisted: readonly number[]
}

/** What one file says about one session or sub-agent. Plain JSON of bounded size (bounds.ts). */
export interface Thread {
  id: string
  parent: string | null
  kind: SessionFacts['kind']
  /** Within one scope the same key is the same fact, whichever file or session it stands in. */
  scope: string
  /** Rows of another session are known to be copied in here, so the other one owns what both have. */
  borrowed: boolean
  /** First time seen in file order; a fork's own first row, not its copied ones. */
  firstMs: number | null
  lastMs: number | null
  phase: SessionFacts['phase']
  phaseMs: number | null
  model: string | null
  version: string | null
  entrypoint: string | null
  mode: string | null
  cwd: string | null
  repository: string | null
  branch: string | null
  prompted: boolean
  pending: Pending[]
  streak: { input: string; tool: string; request: string | null; count: number } | null
  calls: Record<string, Call>
  marks: Record<string, Mark>
  costs: CostPoint[]
  /** Sums of what the tables hold no more. */
  folded: Folded
  /** Starts told so far, and whether the last one is still without its end. */
  starts: number
  running: boolean
  modes: number
  /** Calls without a result yet; unlike `pending` they outlive a turn, since results come late. */
  open: OpenCall[]
  /** By hashed call id: which of its facts were told (bits of calls.ts). */
  told: Record<string, number>
  /** Calls by hashed id of the permission request that is open for them, where a runtime has such ids. */
  requests: Record<string, string>
}

/** What the result of a call will need when it comes. */
export interface OpenCall {
  readonly call: string
  /** Identity of the call, unique across sessions. */
  readonly key: string
  /** Session that made the call: in a fork's copied rows the one it was forked off. */
  readonly origin: string
  readonly name: string
  readonly request: string | null
  readonly ms: number | null
  readonly gated: boolean
}

/**
 * Older facts as sums: their keys are gone, so that a fork's copies of them count again, and state stays bounded however
 * long the file. A mark or call met again behind the limit is a new one here; its event keeps its key.
 */
export interface Folded {
  /** All older calls as one, at the time of the latest. */
  call: Call | null
  marks: Partial<Record<Mark, number>>
  /** How many entries the tables hold now: counting them anew for each row would take longer than reading it. */
  held: { calls: number; marks: number; told: number }
}
