import { type SessionsQuery, sessionSorts, sessionStates } from '@watchbill/contract/sessions'
import { type inferParserType, parseAsArrayOf, parseAsString, parseAsStringLiteral } from 'nuqs/server'

/** What the URL of the sessions page holds; the server and the browser read it with the same parsers. */
export const sessionParsers = {
  state: parseAsArrayOf(parseAsStringLiteral(sessionStates)),
  runtime: parseAsString,
  machine: parseAsString,
  agent: parseAsString,
  q: parseAsString,
  sort: parseAsStringLiteral(sessionSorts),
  /** The row the keyboard is on. */
  at: parseAsString,
  /** The session in the side panel. */
  session: parseAsString,
}
export type SessionsUrl = inferParserType<typeof sessionParsers>
export type SessionFilters = Pick<SessionsUrl, 'state' | 'runtime' | 'machine' | 'agent' | 'q' | 'sort'>

const idShape = /^[a-z]{3}_[0-9a-f-]{36}$/

/** The query the list sends; what is not set, or could only be refused, is left out. */
export function toSessionsQuery({ state, runtime, machine, agent, q, sort }: SessionFilters): SessionsQuery {
  return {
    ...(state === null || state.length === 0 ? {} : { state: state.join(',') }),
    ...(runtime === null || runtime === '' ? {} : { runtime: runtime.slice(0, 200) }),
    ...(machine === null || !idShape.test(machine) ? {} : { machine }),
    ...(agent === null || !idShape.test(agent) ? {} : { agent }),
    ...(q === null || q === '' ? {} : { q: q.slice(0, 200) }),
    sort: sort ?? 'attention',
  }
}

/** Does the query leave any session out? */
export function isFiltered(filters: SessionFilters): boolean {
  return Object.keys(toSessionsQuery(filters)).length > 1
}

/** The list with `state` switched on or off; null when none is left. */
export function toggleState(
  states: SessionFilters['state'],
  state: (typeof sessionStates)[number],
): SessionFilters['state'] {
  const now = states ?? []
  const next = now.includes(state) ? now.filter((one) => one !== state) : [...now, state]
  return next.length === 0 ? null : sessionStates.filter((one) => next.includes(one))
}
