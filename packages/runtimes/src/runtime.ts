import type { DecidedBy, Decision, EventType, Outcome } from '@watchbill/contract/events'
import type { Tokens } from '@watchbill/contract/sessions'

/** Where a runtime keeps its session files, as data; opening them is the daemon's business. */
export interface SessionRoot {
  /** Environment variable that replaces `home`, `CLAUDE_CONFIG_DIR`; null where there is none. */
  readonly env: string | null
  /** Folder below the home folder used when the variable is unset, `.claude`. */
  readonly home: string
  /** Folder below that, `projects`. */
  readonly sub: string
}

/** What the rows of a session's files say, by the file's own clock. Metadata only; no text of prompts or answers. */
export interface SessionFacts {
  readonly nativeId: string
  readonly parentNativeId: string | null
  readonly kind: 'main' | 'subagent'
  /** What the last rows say the session is doing, before processes and age are considered. */
  readonly phase: 'working' | 'idle' | 'ended'
  readonly phaseSinceMs: number | null
  readonly startedMs: number | null
  readonly lastActivityMs: number | null
  readonly model: string | null
  readonly version: string | null
  readonly entrypoint: string | null
  readonly permissionMode: string | null
  /** Working folder as the rows state it; the report keeps its last part only. */
  readonly cwd: string | null
  readonly repository: string | null
  readonly branch: string | null
  /** Tool call in progress, the oldest one: asked for, no result yet. `request` is program and subcommand at most. */
  readonly tool: {
    readonly name: string
    readonly request: string | null
    readonly sinceMs: number | null
  } | null
  readonly tokens: Tokens
  /** As the runtime reports it; a parent's includes its sub-agents', whose own is null. */
  readonly costMicroUsd: number | null
  readonly turns: number
  readonly toolCalls: number
  readonly toolFailures: number
  readonly denials: number
  readonly errors: number
  readonly subagents: number
  readonly repeats: { readonly tool: string; readonly request: string | null; readonly count: number } | null
  /** False for hidden or auxiliary conversations: no prompt of a person was seen. Always true for sub-agents. */
  readonly hasPrompt: boolean
}

/** Rows a reader could not use, by kind: `unknown row foo`, `damaged line`, `line over 8 MiB`. */
export type Unread = Record<string, number>

/**
 * One fact out of the rows, told once per file; the same fact read again (fork, resume, copy, rewritten file) has the
 * same `key`. Flat; null where the rows do not say. Every text in it is foreign and unscrubbed: only `toEntry` may send it.
 */
export interface RuntimeEvent {
  readonly type: EventType
  /** `claude-code tool.called <row>|toolu_…`: identity of the fact, at most 400 characters, never to be sent. */
  readonly key: string
  /** Milliseconds by the row's own clock; never replaced by now. */
  readonly atMs: number | null
  /** Session the fact belongs to (of `subagent.*` the parent, where it is known), as in SessionFacts. */
  readonly nativeId: string
  readonly decision: Decision | null
  /** The runtime's id of the tool call: links called, asked, answered, refused and finished. */
  readonly call: string | null
  readonly tool: string | null
  /** Program and subcommand at most. */
  readonly request: string | null
  /** Arguments, result or message as text, at most 16 Ki units: leaves the machine at level `content` only. */
  readonly content: string | null
  readonly outcome: Outcome | null
  readonly durationMs: number | null
  readonly by: DecidedBy | null
  /** The runtime's word for why a session started or ended, or who started a compaction. */
  readonly cause: string | null
  /** `session.started`: native id of the session it was forked off. */
  readonly parent: string | null
  /** `subagent.*`: native id of the sub-agent, as in SessionFacts. */
  readonly subagent: string | null
  /** Sort of sub-agent, or of failure: `Explore`, `server_error`. */
  readonly kind: string | null
  readonly model: string | null
  /** Permission mode from now on; `from` is the one before. */
  readonly mode: string | null
  readonly from: string | null
  readonly entrypoint: string | null
  readonly version: string | null
  readonly tokensBefore: number | null
  readonly tokensAfter: number | null
  /** HTTP status and number of the attempt (from 1) of a failed model call. */
  readonly status: number | null
  readonly attempt: number | null
}

export type Emit = (event: RuntimeEvent) => void

/**
 * How one runtime's session files are read. `S` is plain JSON, so that a cursor and what was learnt up to it
 * are stored together and a restart neither reads twice nor forgets.
 */
export interface SessionFormat<S = unknown> {
  readonly runtime: string
  readonly name: string
  readonly roots: readonly SessionRoot[]
  /** Changes when `S` does: a state stored under another number is thrown away and its file read again. */
  readonly stateVersion: number
  /** Does this file (POSIX path below the root) hold session rows? */
  matches(relativePath: string): boolean
  initial(relativePath: string): S
  /**
   * Takes one complete line, without its newline; mutates `state`, never throws on any input. The state after it is
   * the same with and without `emit`; events of a prefix and of the rest are together the events of the whole.
   */
  apply(state: S, line: string, emit?: Emit): void
  unread(state: S): Unread
  /** Sessions out of all files of one root set: forks deduplicated, sub-agents linked. Order: by nativeId. */
  sessions(files: ReadonlyMap<string, S>): SessionFacts[]
}

/** One row of a runtime's own list of live processes (Claude Code: reference §1.4). */
export interface LiveSession {
  readonly nativeId: string
  readonly pid: number | null
  readonly status: 'working' | 'idle' | 'waiting'
  /** The runtime's words, `permission prompt`; null unless waiting. */
  readonly waitingFor: string | null
  readonly sinceMs: number | null
}
