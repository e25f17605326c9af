import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { instant } from '../identity/instant.ts'
import { createPostEntries, listProducers } from './service.ts'

export const auditHandlers = (deps: Deps): Handlers<'postEntries' | 'listProducers'> => {
  const postEntries = createPostEntries(deps)
  return {
    postEntries: async ({ body }, { actor, workspace, now }) => {
      const answer = await postEntries({ actor, workspace, now }, body.entries)
      for (const { status } of answer.receipts) deps.meters.entries(status, 1)
      return answer
    },
    listProducers: async (_, { workspace, now }) => ({
      producers: await listProducers(deps, workspace),
      now: instant(now),
    }),
  }
}
