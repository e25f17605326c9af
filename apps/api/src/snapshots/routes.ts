import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { instant } from '../identity/instant.ts'
import { createPostSnapshots } from './service.ts'

export const snapshotHandlers = (deps: Deps): Handlers<'postSnapshots'> => {
  const postSnapshots = createPostSnapshots(deps)
  return {
    postSnapshots: async ({ body }, { actor, workspace, now }) => {
      const report = await postSnapshots(actor, workspace, body, now)
      for (const { status } of report.receipts) deps.meters.snapshots(status, 1)
      return { ...report, now: instant(now) }
    },
  }
}
