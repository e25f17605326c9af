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
  /** Takes one complete line, without its newline; mutates `state`, never throws on any input. */
  apply(state: S, line: string): void
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
