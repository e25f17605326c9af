import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { Agent } from '@watchbill/contract/agents'
import type { Change, Fleet } from '@watchbill/contract/fleet'
import type { Session } from '@watchbill/contract/sessions'
import { byId, isBehind, patchFleet, patchRows } from './live-patch.ts'
import { learnServerTime } from './server-clock.ts'
import { createThrottle } from './throttle.ts'

/** Below this scroll a list may be fetched again by itself; further down its order stays until the reader asks. */
export const topPx = 160
const fleetEveryMs = 250
const listsEveryMs = 500
/** A tab nobody looks at still counts who waits, at its leisure. */
const hiddenEveryMs = 2000

/** Applies changes to the caches of one workspace: rows at once, sums and order soon after. */
export function createLiveCache(client: QueryClient, workspace: string | null) {
  const pace = (ms: number) => () => (document.visibilityState === 'hidden' ? hiddenEveryMs : ms)
  const fetchFleet = createThrottle(pace(fleetEveryMs), () => {
    void client.invalidateQueries({ queryKey: ['fleet', workspace] })
  })
  const fetchLists = createThrottle(pace(listsEveryMs), () => {
    const refetchType = window.scrollY <= topPx ? 'active' : 'none'
    for (const kind of ['agents', 'sessions', 'agent-sessions']) {
      void client.invalidateQueries({ queryKey: [kind, workspace], refetchType })
    }
  })

  function apply(change: Change) {
    learnServerTime(change.now)
    const agents = byId(change.agents)
    const sessions = byId(change.sessions)
    client.setQueryData<Fleet>(['fleet', workspace], (fleet) => fleet && patchFleet(fleet, agents))
    const agentsMoved = patchAgentLists(client, workspace, agents)
    const sessionsMoved = patchSessionLists(client, workspace, sessions)
    const insideMoved = patchAgentSessions(client, workspace, change.sessions)
    patchSingles(client, workspace, change)
    fetchFleet()
    if (agentsMoved || sessionsMoved || insideMoved) fetchLists()
    if (change.machines.length > 0) void client.invalidateQueries({ queryKey: ['machines', workspace] })
  }

  /** After a reset, or on joining late: everything on screen is asked again. */
  const refresh = () =>
    void client.invalidateQueries({ predicate: (query) => query.queryKey[1] === workspace })
  const stop = () => {
    fetchFleet.cancel()
    fetchLists.cancel()
  }
  return { apply, refresh, stop }
}

type AgentPages = InfiniteData<{ agents: Agent[] }>
type SessionPages = InfiniteData<{ sessions: Session[] }>

/** True when the order or the set of rows of some list may have changed. */
function patchAgentLists(
  client: QueryClient,
  workspace: string | null,
  news: ReadonlyMap<string, Agent>,
): boolean {
  let behind = false
  client.setQueriesData<AgentPages>({ queryKey: ['agents', workspace] }, (data) => {
    if (data === undefined || news.size === 0) return data
    const rows = data.pages.flatMap((page) => page.agents)
    behind ||= isBehind(rows, news)
    return { ...data, pages: data.pages.map((page) => ({ ...page, agents: patchRows(page.agents, news) })) }
  })
  return behind
}

function patchSessionLists(
  client: QueryClient,
  workspace: string | null,
  news: ReadonlyMap<string, Session>,
): boolean {
  let behind = false
  client.setQueriesData<SessionPages>({ queryKey: ['sessions', workspace] }, (data) => {
    if (data === undefined || news.size === 0) return data
    const rows = data.pages.flatMap((page) => page.sessions)
    behind ||= isBehind(rows, news)
    return {
      ...data,
      pages: data.pages.map((page) => ({ ...page, sessions: patchRows(page.sessions, news) })),
    }
  })
  return behind
}

function patchAgentSessions(
  client: QueryClient,
  workspace: string | null,
  sessions: readonly Session[],
): boolean {
  let behind = false
  for (const agent of new Set(sessions.map((session) => session.agent.id))) {
    const news = byId(sessions.filter((session) => session.agent.id === agent))
    client.setQueryData<{ sessions: Session[] }>(['agent-sessions', workspace, agent], (data) => {
      if (data === undefined) return data
      behind ||= isBehind(data.sessions, news)
      return { ...data, sessions: patchRows(data.sessions, news) }
    })
  }
  return behind
}

function patchSingles(client: QueryClient, workspace: string | null, change: Change) {
  for (const session of change.sessions) {
    client.setQueryData<{ session: Session; now: string }>(
      ['session', workspace, session.id],
      (held) => held && { session, now: change.now },
    )
  }
  for (const agent of change.agents) {
    void client.invalidateQueries({ queryKey: ['agent', workspace, agent.id] })
    void client.invalidateQueries({ queryKey: ['agent-history', workspace, agent.id], refetchType: 'none' })
  }
}
