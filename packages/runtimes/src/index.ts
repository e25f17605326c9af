import { claudeCode } from './claude-code/sessions.ts'
import { codex } from './codex/sessions.ts'
import { copilotCli } from './copilot-cli/sessions.ts'
import { geminiCli } from './gemini-cli/sessions.ts'
import type { SessionFormat } from './runtime.ts'

/** The one table of runtimes whose session files are read: adding one is a folder and a row here. */
export const formats: readonly SessionFormat[] = [claudeCode, codex, geminiCli, copilotCli]

export { parseClaudeAgents, parseClaudeProcess } from './claude-code/live.ts'
export { agentIdOf, sessionIdOf } from './ids.ts'
export { type ReportContext, stateTable, toSessionReport } from './report.ts'
export { requestSummary } from './request.ts'
export type { LiveSession, SessionFacts, SessionFormat, SessionRoot, Unread } from './runtime.ts'
