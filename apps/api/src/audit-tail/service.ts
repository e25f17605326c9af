import { formatQuery } from '@watchbill/contract/audit-query'
import { catchUp } from '../audit-index/follower.ts'
import { readQuestion } from '../audit-search/search.ts'
import type { Deps } from '../deps.ts'
import type { CallContext } from '../http/handler.ts'
import { instant } from '../identity/instant.ts'
import { logRingsOf } from '../stream/bell.ts'
import { formatEvent, readPosition } from '../stream/event.ts'
import { createShareFrame } from '../stream/frame.ts'
import { openLive } from '../stream/live.ts'
import type { Pace } from '../stream/pace.ts'
import { readTail } from './tail-frame.ts'

/**
 * Entries that answer a query, as they come. A reader stands at the last place that was examined for it, so coming back to
 * an id skips none and repeats none. What the query means is settled here, once. Throws Fault `invalid_request`.
 */
export const createTails = (deps: Deps, pace: Pace) => {
  const share = createShareFrame(deps)
  return async (context: CallContext, q: string | undefined): Promise<ReadableStream<Uint8Array>> => {
    const { workspace, request, now } = context
    const query = await readQuestion(deps, workspace, q, now)
    const asked = formatQuery(query)
    const { indexed, size } = await catchUp(deps, workspace)
    const head = size - 1
    const from = readPosition(request, head)
    const rings = logRingsOf(workspace)
    return openLive(deps, pace, context, {
      hello: formatEvent('hello', from, { now: instant(deps.now()), seq: from ?? head, indexed }),
      from: from ?? nowhere,
      rings,
      next: (after) =>
        share(`${workspace} ${after} ${asked}`, rings, () => readTail(deps, workspace, query, after)),
    })
  }
}

/** A place no log reaches, so that the first look at it ends in `reset`. */
const nowhere = Number.MAX_SAFE_INTEGER
