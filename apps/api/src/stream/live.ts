import type { Deps } from '../deps.ts'
import type { CallContext } from '../http/handler.ts'
import { stillValid } from '../identity/service.ts'
import { pause } from '../pause.ts'
import { formatComment, formatEvent } from './event.ts'
import type { Frame } from './frame.ts'
import type { Pace } from './pace.ts'

/** What one reader is told, apart from when. */
export interface Feed {
  /** The first event, sent at once. */
  readonly hello: Uint8Array
  /** Where the reader stands. */
  readonly from: number
  /** What the bell rings by when there may be more. */
  readonly rings: string
  next(position: number): Promise<Frame>
}

/** A live stream: hello, then frames from the reader's place on, until it leaves, is dropped, revoked or we stop. */
export const openLive = (
  deps: Deps,
  pace: Pace,
  context: CallContext,
  feed: Feed,
): ReadableStream<Uint8Array> => {
  const gone = new AbortController()
  const signals = [gone.signal, context.request.signal, ...(deps.stopping ? [deps.stopping] : [])]
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(feed.hello)
        const signal = AbortSignal.any(signals)
        const closed = deps.meters.streamOpened()
        void pump({ deps, pace, context, feed, controller, signal }).finally(() => {
          closed()
          endQuietly(controller)
        })
      },
      cancel: () => gone.abort(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: pace.bufferBytes }),
  )
}

interface Reader {
  readonly deps: Deps
  readonly pace: Pace
  readonly context: CallContext
  readonly feed: Feed
  readonly controller: ReadableStreamDefaultController<Uint8Array>
  readonly signal: AbortSignal
}

/** Where the reader is and which place it was told, and when each of the others last held, ms. */
interface Progress {
  position: number
  told: number
  valid: number
  sent: number
  drained: number
  database: number
}

const pump = async (reader: Reader): Promise<void> => {
  const now = performance.now()
  const { from } = reader.feed
  const progress = { position: from, told: from, valid: now, sent: now, drained: now, database: now }
  while (!reader.signal.aborted) {
    try {
      if ((await advance(reader, progress)) === 'over') return
    } catch (error) {
      if (performance.now() - progress.database > reader.pace.patienceMs) return logEnd(reader, error)
      await pause(reader.pace.pollMs, reader.signal)
    }
  }
}

/** Places a reader is led past without a word at most: what it would be led past again after coming back. */
const silentPlaces = 5000

/** One round: ask the credential when due, then send what is next, or wait for it. */
const advance = async (reader: Reader, progress: Progress): Promise<'over' | 'goes on'> => {
  const { deps, pace, context, feed, controller, signal } = reader
  const now = performance.now()
  const rings = deps.bell.rings(feed.rings)
  if (now - progress.valid >= pace.validMs) {
    if (!(await stillValid(deps, context.actor, deps.now()))) return 'over'
    progress.valid = now
  }
  if ((controller.desiredSize ?? 0) <= 0) {
    if (now - progress.drained > pace.drainMs) return 'over'
    await pause(Math.min(50, pace.drainMs), signal)
    return 'goes on'
  }
  progress.drained = now
  const frame = await feed.next(progress.position)
  progress.database = performance.now()
  if (frame.kind === 'gone' || signal.aborted) return 'over'
  if (frame.kind === 'none') {
    await beIdle(reader, progress, rings)
    return 'goes on'
  }
  progress.position = frame.seq
  if (frame.bytes !== null) send(reader, progress, frame.bytes)
  else if (frame.seq - progress.told >= silentPlaces) send(reader, progress, formatPlace(frame.seq))
  await pause(frame.more ? 0 : pace.coalesceMs, signal)
  return 'goes on'
}

const send = ({ controller }: Reader, progress: Progress, bytes: Uint8Array): void => {
  controller.enqueue(bytes)
  progress.told = progress.position
  progress.sent = performance.now()
}

/** Nothing to tell but how far the reader has come. */
const formatPlace = (seq: number): Uint8Array => formatEvent('seen', seq, { seq })

const comment = formatComment('still here')

const beIdle = async (reader: Reader, progress: Progress, rings: number): Promise<void> => {
  const { deps, pace, feed, signal } = reader
  if (performance.now() - progress.sent >= pace.heartbeatMs) {
    const { position, told } = progress
    send(reader, progress, position === told ? comment : formatPlace(position))
  }
  const waitMs = Math.min(pace.pollMs, pace.validMs)
  // At the edge one request may not wake another: there the database is polled alone.
  if (deps.config.runtime === 'edge') await pause(waitMs, signal)
  else if (deps.bell.rings(feed.rings) === rings) await deps.bell.wait(feed.rings, waitMs, signal)
}

const logEnd = ({ deps, context }: Reader, error: unknown): void => {
  const { requestId, workspace } = context
  deps.log({
    level: 'warn',
    msg: 'stream ended: the database stayed away',
    requestId,
    workspace,
    error: error instanceof Error ? error.message : 'unknown',
  })
}

/** A reader that left has closed it already. */
const endQuietly = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
  try {
    controller.close()
  } catch {
    return
  }
}
