import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { instant } from '../identity/instant.ts'
import { changeView, listViews, removeView, saveView } from './service.ts'

export const viewHandlers = (deps: Deps): Handlers<'listViews' | 'postView' | 'putView' | 'removeView'> => ({
  listViews: async (_, call) => ({ views: await listViews(deps, call), now: instant(call.now) }),
  postView: async ({ body }, call) => ({ view: await saveView(deps, call, body) }),
  putView: async ({ params, body }, call) => ({ view: await changeView(deps, call, params.id, body) }),
  removeView: async ({ params }, call) => {
    await removeView(deps, call, params.id)
    return undefined
  },
})
