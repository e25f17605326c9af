import type { Deps } from '../deps.ts'
import type { CallContext } from '../http/handler.ts'
import { stillValid } from '../identity/service.ts'
import { pause } from '../pause.ts'

/** The credential is asked again at least this often, ms (SECURITY "Web and API"). */
const validMs = 500
/** Others get their turn at least this often, ms: a reader as fast as the network would leave them none. */
const turnMs = 10
const bufferBytes = 64 * 1024

/**
 * Text as the body of an answer, made as the reader takes it. It breaks off, so that no reader takes it for whole, when the
 * credential is revoked, when we stop and when something fails.
 */
export const bodyOf = (
  deps: Deps,
  { actor, request, requestId, workspace }: CallContext,
  text: AsyncGenerator<string>,
): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder()
  let valid = performance.now()
  let turn = valid
  const requireValid = async (): Promise<void> => {
    if (deps.stopping?.aborted) throw new Error('the server stops')
    if (performance.now() - valid < validMs) return
    if (!(await stillValid(deps, actor, deps.now()))) throw new Error('the credential is no longer valid')
    valid = performance.now()
  }
  const giveWay = async (): Promise<void> => {
    if (performance.now() - turn < turnMs) return
    await pause(0, request.signal)
    turn = performance.now()
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          await requireValid()
          await giveWay()
          const { done, value } = await text.next()
          if (done) controller.close()
          else controller.enqueue(encoder.encode(value))
        } catch (error) {
          const reason = error instanceof Error ? error.message : 'unknown'
          deps.log({ level: 'warn', msg: 'export broke off', requestId, workspace, reason })
          await text.return(undefined)
          controller.error(error)
        }
      },
      async cancel() {
        await text.return(undefined)
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: bufferBytes }),
  )
}
