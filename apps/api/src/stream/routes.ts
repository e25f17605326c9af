import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { eventResponse } from './event.ts'
import { defaultPace, type Pace } from './pace.ts'
import { createStreams } from './service.ts'

export const streamHandlers = (deps: Deps, pace: Pace = defaultPace): Handlers<'streamChanges'> => {
  const openStream = createStreams(deps, pace)
  return { streamChanges: async (_input, context) => eventResponse(await openStream(context)) }
}
