import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { withEtag } from '../http/reply.ts'
import { instant } from '../identity/instant.ts'
import { getAgentHistory } from './history.ts'
import { getAgent, listAgents } from './service.ts'

export const agentHandlers = (deps: Deps): Handlers<'listAgents' | 'getAgent' | 'getAgentHistory'> => ({
  listAgents: async ({ query }, { workspace, now }) => {
    const page = await listAgents(deps, workspace, query, now)
    // The cursor carries the moment it was made, so it stays out of what the ETag vouches for.
    const basis = [workspace, page.agents, page.total, page.nextCursor === null]
    return withEtag({ ...page, now: instant(now) }, basis)
  },
  getAgent: async ({ params }, { workspace, now }) => ({
    agent: await getAgent(deps, workspace, params.id, now),
    now: instant(now),
  }),
  getAgentHistory: async ({ params, query }, { workspace, now }) => {
    const { from, to, ...rest } = await getAgentHistory(deps, workspace, params.id, query, now)
    return { from: instant(from), to: instant(to), ...rest }
  },
})
