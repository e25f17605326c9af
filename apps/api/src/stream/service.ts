import type { Deps } from '../deps.ts'
import type { CallContext } from '../http/handler.ts'
import { instant } from '../identity/instant.ts'
import { stillValid } from '../identity/service.ts'
import { pause } from '../pause.ts'
import { createFrames, formatEvent } from './frames.ts'
import { readHead } from './store.ts'

/** How a stream paces itself; all ms but the buffer. */
export interface Pace {
  /** A frame follows the one before no sooner than this. */
  readonly coalesceMs: number
  /** The journal is read at least this often: other processes write to it without ringing our bell. */
  readonly pollMs: number
  /** The credential is asked again at least this often. */
  readonly validMs: number
  /** A comment keeps the connection alive through proxies. */
  readonly heartbeatMs: number
  /** A reader whose buffer stays full this long is dropped; it resumes by its last id. */
  readonly drainMs: number
  /** How long the database may be away before the stream ends. */
  readonly patienceMs: number
  readonly bufferBytes: number
}

export const defaultPace: Pace = {
  coalesceMs: 100,
  pollMs: 500,
  validMs: 500,
  heartbeatMs: 15_000,
  drainMs: 10_000,
  patienceMs: 10_000,
  bufferBytes: 256 * 1024,
}

/** The live stream: hello, then changes from the reader's place on, until it leaves, is dropped, revoked or we stop. */
export const createStreams = (deps: Deps, pace: Pace) => {
  const nextFrame = createFrames(deps)
  return async (context: CallContext): Promise<ReadableStream<Uint8Array>> => {
    const { workspace, request } = context
    const head = (await readHead(deps.dbFor(workspace), workspace)) ?? 0
    const from = readPosition(request, head)
    const gone = new AbortController()
    const signals = [gone.signal, request.signal, ...(deps.stopping ? [deps.stopping] : [])]
    const data = { now: instant(deps.now()), workspace, seq: from ?? head }
    return new ReadableStream<Uint8Array>(
      {
        start(controller) {
          controller.enqueue(formatEvent('hello', from, data))
          const signal = AbortSignal.any(signals)
          const reader = { deps, pace, context, nextFrame, controller, signal }
          const closed = deps.meters.streamOpened()
          void pump(reader, from ?? nowhere).finally(() => {
            closed()
            endQuietly(controller)
          })
        },
        cancel: () => gone.abort(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: pace.bufferBytes }),
    )
  }
}

/** A place no journal has, so that the first look at it ends in `reset`. */
const nowhere = -1

/** `Last-Event-ID`, else the journal's end; null for what was never one of our ids. */
const readPosition = (request: Request, head: number): number | null => {
  const given = request.headers.get('last-event-id')
  if (given === null || given === '') return head
  return /^\d{1,15}$/.test(given) ? Number(given) : null
}

interface Reader {
  readonly deps: Deps
  readonly pace: Pace
  readonly context: CallContext
  readonly nextFrame: ReturnType<typeof createFrames>
  readonly controller: ReadableStreamDefaultController<Uint8Array>
  readonly signal: AbortSignal
}

/** Where the reader is, and when each of these last held, ms. */
interface Progress {
  position: number
  valid: number
  sent: number
  drained: number
  database: number
}

const pump = async (reader: Reader, from: number): Promise<void> => {
  const now = performance.now()
  const progress = { position: from, valid: now, sent: now, drained: now, database: now }
  while (!reader.signal.aborted) {
    try {
      if ((await advance(reader, progress)) === 'over') return
    } catch (error) {
      if (performance.now() - progress.database > reader.pace.patienceMs) return logEnd(reader, error)
      await pause(reader.pace.pollMs, reader.signal)
    }
  }
}

/** One round: ask the credential when due, then send what is next, or wait for it. */
const advance = async (reader: Reader, progress: Progress): Promise<'over' | 'goes on'> => {
  const { deps, pace, context, controller, signal } = reader
  const now = performance.now()
  const rings = deps.bell.rings(context.workspace)
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
  const frame = await reader.nextFrame(context.workspace, progress.position)
  progress.database = performance.now()
  if (frame.kind === 'gone' || signal.aborted) return 'over'
  if (frame.kind === 'none') await beIdle(reader, progress, rings)
  else {
    controller.enqueue(frame.bytes)
    progress.position = frame.seq
    progress.sent = now
    await pause(frame.more ? 0 : pace.coalesceMs, signal)
  }
  return 'goes on'
}

const comment = new TextEncoder().encode(': still here\n\n')

const beIdle = async (
  { deps, pace, context, controller, signal }: Reader,
  progress: Progress,
  rings: number,
): Promise<void> => {
  const now = performance.now()
  if (now - progress.sent >= pace.heartbeatMs) {
    controller.enqueue(comment)
    progress.sent = now
  }
  const waitMs = Math.min(pace.pollMs, pace.validMs)
  // At the edge one request may not wake another: there the journal is polled alone.
  if (deps.config.runtime === 'edge') await pause(waitMs, signal)
  else if (deps.bell.rings(context.workspace) === rings)
    await deps.bell.wait(context.workspace, waitMs, signal)
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
