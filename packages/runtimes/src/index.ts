import { claudeCode } from './claude-code/sessions.ts'
import { codex } from './codex/sessions.ts'
import { copilotCli } from './copilot-cli/sessions.ts'
import { fluffyWaffle } from './fluffy-waffle/status.ts'
import { geminiCli } from './gemini-cli/sessions.ts'
import { kato } from './kato/status.ts'
import type { NodeFormat } from './node-status.ts'
import type { SessionFormat } from './runtime.ts'
import { skreaver } from './skreaver/status.ts'
import { vak } from './vak/status.ts'

/** The one table of runtimes whose session files are read: adding one is a folder and a row here. */
export const formats: readonly SessionFormat[] = [claudeCode, codex, geminiCli, copilotCli]

/** The one table of runtimes whose status is asked for. */
export const nodeFormats: readonly NodeFormat[] = [kato, vak, skreaver, fluffyWaffle]

export { parseClaudeAgents, parseClaudeProcess } from './claude-code/live.ts'
export { type EntryContext, type EntryParts, toEntry } from './entry.ts'
export { type Frames, readFrames, requestFrame } from './fluffy-waffle/frame.ts'
export { sessionIdOf } from './ids.ts'
export { type SnapshotIds, toNodeSnapshot } from './node-snapshot.ts'
export type { Documents, Gathered, NodeContext, NodeFormat, NodeStatus } from './node-status.ts'
export { type ReportContext, toSessionReport } from './report.ts'
export type {
  Emit,
  LiveSession,
  RuntimeEvent,
  SessionFacts,
  SessionFormat,
  SessionRoot,
  Unread,
} from './runtime.ts'
export { scrub } from './scrub.ts'
