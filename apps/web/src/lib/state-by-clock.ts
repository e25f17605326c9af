import type { Agent, AgentState } from '@watchbill/contract/agents'
import type { Session, SessionState } from '@watchbill/contract/sessions'
import { isPast } from './server-clock.ts'

/** The agent's state now: one fallen silent is stale until it speaks again. `now` is server time, ms. */
export function agentStateBy({ state, staleAt }: Pick<Agent, 'state' | 'staleAt'>, now: number): AgentState {
  return state !== 'unreadable' && state !== 'stopped' && isPast(staleAt, now) ? 'stale' : state
}

/** The session's state now; ended stays ended. */
export function sessionStateBy(session: Pick<Session, 'state' | 'staleAt'>, now: number): SessionState {
  return session.state !== 'ended' && isPast(session.staleAt, now) ? 'stale' : session.state
}
