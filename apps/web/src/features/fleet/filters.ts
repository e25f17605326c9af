import { type AgentsQuery, agentSorts, agentStates } from '@watchbill/contract/agents'
import { parseAsArrayOf, parseAsString, parseAsStringLiteral } from 'nuqs/server'

/** What the URL of the fleet page holds; the server and the browser read it with the same parsers. */
export const fleetParsers = {
  state: parseAsArrayOf(parseAsStringLiteral(agentStates)),
  runtime: parseAsString,
  machine: parseAsString,
  q: parseAsString,
  sort: parseAsStringLiteral(agentSorts),
  /** Agents shown with their sessions; absent: all of them while they are few. */
  open: parseAsArrayOf(parseAsString),
  /** The row the keyboard is on. */
  at: parseAsString,
  /** The agent in the side panel. */
  peek: parseAsString,
}

export interface FleetFilters {
  readonly state: readonly AgentStateName[] | null
  readonly runtime: string | null
  readonly machine: string | null
  readonly q: string | null
  readonly sort: (typeof agentSorts)[number] | null
}
type AgentStateName = (typeof agentStates)[number]

const machineShape = /^mch_[0-9a-f-]{36}$/

/** The query the table sends; what is not set, or could only be refused, is left out. */
export function toAgentsQuery(filters: FleetFilters): AgentsQuery {
  const { state, runtime, machine, q, sort } = filters
  return {
    ...(state === null || state.length === 0 ? {} : { state: state.join(',') }),
    ...(runtime === null || runtime === '' ? {} : { runtime: runtime.slice(0, 200) }),
    ...(machine === null || !machineShape.test(machine) ? {} : { machine }),
    ...(q === null || q === '' ? {} : { q: q.slice(0, 200) }),
    sort: sort ?? 'attention',
  }
}

export function isFiltered(filters: FleetFilters): boolean {
  return Object.keys(toAgentsQuery(filters)).length > 1
}
