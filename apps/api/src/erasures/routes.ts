import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { erase } from './service.ts'

export const erasureHandlers = (deps: Deps): Handlers<'postErasures'> => ({
  postErasures: async ({ body }, { actor, workspace }) =>
    erase(deps, {
      workspace,
      actor: { kind: actor.kind, id: actor.id },
      seqs: body.seqs,
      reason: body.reason,
    }),
})
