import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { eventResponse } from '../stream/event.ts'
import { defaultPace, type Pace } from '../stream/pace.ts'
import { createTails } from './service.ts'

export const tailHandlers = (deps: Deps, pace: Pace = defaultPace): Handlers<'streamEntries'> => {
  const openTail = createTails(deps, pace)
  return { streamEntries: async ({ query }, context) => eventResponse(await openTail(context, query.q)) }
}
