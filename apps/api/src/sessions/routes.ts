import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { withEtag } from '../http/reply.ts'
import { instant } from '../identity/instant.ts'
import { getSession, listSessions } from './service.ts'

export const sessionHandlers = (deps: Deps): Handlers<'listSessions' | 'getSession'> => ({
  listSessions: async ({ query }, { workspace, now }) => {
    const page = await listSessions(deps, workspace, query, now)
    // The cursor carries the moment it was made, so it stays out of what the ETag vouches for.
    const basis = [workspace, page.sessions, page.total, page.nextCursor === null]
    return withEtag({ ...page, now: instant(now) }, basis)
  },
  getSession: async ({ params }, { workspace, now }) => ({
    session: await getSession(deps, workspace, params.id, now),
    now: instant(now),
  }),
})
