import type { SessionFacts, SessionFormat } from '@watchbill/runtimes'

/** State of the format below: every line as it came. */
export interface LinesState {
  lines: string[]
}

/** A session format that keeps its lines, so that a test can compare what was read byte for byte. */
export const lineFormat: SessionFormat<LinesState> = {
  runtime: 'line-runtime',
  name: 'Line Runtime',
  roots: [{ env: 'LINE_HOME', home: '.lines', sub: 'sessions' }],
  stateVersion: 1,
  matches: (path) => path.endsWith('.jsonl'),
  initial: () => ({ lines: [] }),
  apply: (state, line) => {
    state.lines.push(line)
  },
  unread: () => ({}),
  sessions: (files) => [...files].map(([name, state]) => factsOf(name, state)),
}

const factsOf = (name: string, state: LinesState): SessionFacts => ({
  nativeId: name,
  parentNativeId: null,
  kind: 'main',
  phase: 'working',
  phaseSinceMs: null,
  startedMs: null,
  lastActivityMs: null,
  model: null,
  version: null,
  entrypoint: null,
  permissionMode: null,
  cwd: null,
  repository: null,
  branch: null,
  tool: null,
  tokens: { input: state.lines.length, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 },
  costMicroUsd: null,
  turns: 0,
  toolCalls: 0,
  toolFailures: 0,
  denials: 0,
  errors: 0,
  subagents: 0,
  repeats: null,
  hasPrompt: true,
})
