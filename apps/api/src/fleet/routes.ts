import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { withEtag } from '../http/reply.ts'
import { getFleet } from './service.ts'

export const fleetHandlers = (deps: Deps): Handlers<'getFleet'> => ({
  getFleet: async (_input, { workspace, now }) => {
    const fleet = await getFleet(deps, workspace, now)
    return withEtag(fleet, { ...fleet, now: null })
  },
})
