import type { Agent } from '@watchbill/contract/agents'
import type { Attention } from '@watchbill/contract/fleet'
import type { Session } from '@watchbill/contract/sessions'
import { instantOrNull } from '../identity/instant.ts'
import type { AttentionRow } from './store.ts'

/** One attention row in full: who, what, where, since when. `session` is the one it is about, where there is one. */
export const toAttention = (row: AttentionRow, agent: Agent, session: Session | null): Attention => ({
  kind: row.kind,
  agentId: agent.id,
  agentName: agent.name,
  runtime: agent.runtime,
  machine: agent.machine,
  sessionId: session?.id ?? null,
  nativeId: session?.nativeId ?? null,
  project: session?.project ?? null,
  what: session && whatOf(row.kind, session),
  reason: row.reason ?? (session?.reportedState === 'waiting' ? (session.waiting?.detail ?? null) : null),
  count: row.kind === 'looping' ? (session?.repeats?.count ?? null) : null,
  since: instantOrNull(row.since),
})

/** The request where the machine lets it out, `git push`, else the tool's name. */
const whatOf = (kind: Attention['kind'], { repeats, waiting, tool }: Session): string | null => {
  if (kind === 'looping') return repeats && (repeats.request ?? repeats.tool)
  return waiting?.request ?? waiting?.tool ?? tool?.request ?? tool?.name ?? null
}
