import type { Agent } from '@watchbill/contract/agents'
import type { Session } from '@watchbill/contract/sessions'

/** A line of the table: an agent, a session under it, or the link to the sessions that did not fit. */
export type FleetRow =
  | { readonly kind: 'agent'; readonly id: string; readonly agent: Agent; readonly open: boolean }
  | { readonly kind: 'session'; readonly id: string; readonly agent: Agent; readonly session: Session }
  | {
      readonly kind: 'more'
      readonly id: string
      readonly agent: Agent
      readonly text: string
      readonly count: number
    }

/** What is known of an agent's sessions; undefined while they are on their way. */
export type SessionsOf = ReadonlyMap<
  string,
  { readonly sessions: readonly Session[]; readonly total: number }
>

/** Agents with the sessions of the open ones beneath them. */
export function fleetRows(
  agents: readonly Agent[],
  open: ReadonlySet<string>,
  sessionsOf: SessionsOf,
): FleetRow[] {
  return agents.flatMap((agent): FleetRow[] => {
    const row = { kind: 'agent', id: agent.id, agent, open: open.has(agent.id) } as const
    return row.open ? [row, ...under(agent, sessionsOf)] : [row]
  })
}

function under(agent: Agent, sessionsOf: SessionsOf): FleetRow[] {
  const held = sessionsOf.get(agent.id)
  const more = (text: string, count: number) =>
    ({ kind: 'more', id: `${agent.id} more`, agent, text, count }) as const
  if (held === undefined) return [more('Reading its sessions…', 0)]
  if (held.total === 0) return [more('No session seen yet', 0)]
  const rows = held.sessions.map((session) => ({ kind: 'session', id: session.id, agent, session }) as const)
  const left = held.total - held.sessions.length
  return left > 0 ? [...rows, more(`${left} more sessions`, held.total)] : rows
}

/** Below this many agents each is shown with its sessions unless the URL says otherwise. */
const fewAgents = 5

/** Agents whose sessions are shown: those the URL names among the ones at hand, else all of them while they are few. */
export function openAgents(
  named: readonly string[] | null,
  agents: readonly Agent[],
  total: number,
): ReadonlySet<string> {
  const ids = agents.map((agent) => agent.id)
  if (named === null) return new Set(total <= fewAgents ? ids : [])
  return new Set(ids.filter((id) => named.includes(id)))
}
