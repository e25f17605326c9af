import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { createStreams, defaultPace, type Pace } from './service.ts'

export const streamHandlers = (deps: Deps, pace: Pace = defaultPace): Handlers<'streamChanges'> => {
  const openStream = createStreams(deps, pace)
  return {
    streamChanges: async (_input, context) =>
      new Response(await openStream(context), {
        headers: {
          'content-type': 'text/event-stream',
          'cache-control': 'no-store, no-transform',
          // Proxies that buffer by default would hold events back.
          'x-accel-buffering': 'no',
        },
      }),
  }
}
