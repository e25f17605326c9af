import type { AgentsQuery } from '@watchbill/contract/agents'
import type { SessionsQuery } from '@watchbill/contract/sessions'

/** Cache keys: what, then the workspace (null: the credential's own). `live.ts` patches by these prefixes. */
export const queryKeys = {
  fleet: (workspace: string | null) => ['fleet', workspace] as const,
  agents: (workspace: string | null, query: AgentsQuery) => ['agents', workspace, query] as const,
  agent: (workspace: string | null, id: string) => ['agent', workspace, id] as const,
  agentHistory: (workspace: string | null, id: string, span: string) =>
    ['agent-history', workspace, id, span] as const,
  sessions: (workspace: string | null, query: SessionsQuery) => ['sessions', workspace, query] as const,
  /** The sessions shown under one agent. */
  agentSessions: (workspace: string | null, id: string) => ['agent-sessions', workspace, id] as const,
  session: (workspace: string | null, id: string) => ['session', workspace, id] as const,
  keys: (workspace: string | null) => ['keys', workspace] as const,
  machines: (workspace: string | null) => ['machines', workspace] as const,
}
