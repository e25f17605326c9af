import type { Deps } from '../deps.ts'
import type { CallContext } from '../http/handler.ts'
import { instant } from '../identity/instant.ts'
import { formatEvent, readPosition } from './event.ts'
import { createFrames } from './frames.ts'
import { openLive } from './live.ts'
import type { Pace } from './pace.ts'
import { readHead } from './store.ts'

/** The stream of changes: what the journal says behind the reader's place, frame by frame. */
export const createStreams = (deps: Deps, pace: Pace) => {
  const nextFrame = createFrames(deps)
  return async (context: CallContext): Promise<ReadableStream<Uint8Array>> => {
    const { workspace, request } = context
    const head = (await readHead(deps.dbFor(workspace), workspace)) ?? 0
    const from = readPosition(request, head)
    const data = { now: instant(deps.now()), workspace, seq: from ?? head }
    return openLive(deps, pace, context, {
      hello: formatEvent('hello', from, data),
      from: from ?? nowhere,
      rings: workspace,
      next: (after) => nextFrame(workspace, after),
    })
  }
}

/** A place no journal has, so that the first look at it ends in `reset`. */
const nowhere = -1
