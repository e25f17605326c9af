import { createSseParser, type SseEvent } from './sse.ts'

/** The API says that it is still here more often than this, ms; a connection that is silent for longer is dead. */
const silenceMs = 40_000

const firstWaitMs = 500
const maxWaitMs = 15_000

export interface SseListener {
  /** A connection is being made. */
  readonly trying?: () => void
  /** `resumedFrom`: the id this connection began behind. */
  readonly hear: (event: SseEvent, resumedFrom: string | null) => void
  /** Whether a refusal with this status makes it useless to try again. */
  readonly isOver: (status: number) => boolean
  readonly lost: (over: boolean) => void
}

/** Holds a stream open until `signal` aborts or it is over: resumes by Last-Event-ID and backs off. */
export async function holdSse(
  address: string,
  from: string | null,
  signal: AbortSignal,
  listener: SseListener,
): Promise<void> {
  let id = from
  let waitMs = firstWaitMs
  while (!signal.aborted) {
    listener.trying?.()
    const resumedFrom = id
    const status = await readSse(address, resumedFrom, signal, (event) => {
      id = event.id ?? id
      waitMs = firstWaitMs
      listener.hear(event, resumedFrom)
    })
    if (signal.aborted) return
    const over = status !== null && listener.isOver(status)
    listener.lost(over)
    if (over) return
    await pause(waitMs * (0.75 + Math.random() / 2), signal)
    waitMs = Math.min(waitMs * 2, maxWaitMs)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/**
 * Reads one connection to a stream until it ends, falls silent or `signal` aborts. Resolves with the status that refused it,
 * else null; never rejects.
 */
async function readSse(
  address: string,
  lastEventId: string | null,
  signal: AbortSignal,
  hear: (event: SseEvent) => void,
): Promise<number | null> {
  const silent = new AbortController()
  let alarm = setTimeout(() => silent.abort(), silenceMs)
  try {
    const resumed = lastEventId === null ? {} : { 'last-event-id': lastEventId }
    const headers = { accept: 'text/event-stream', ...resumed }
    const init = { headers, cache: 'no-store', signal: AbortSignal.any([signal, silent.signal]) } as const
    const response = await fetch(address, init)
    if (!response.ok) return response.status
    if (response.body === null) return null
    const parse = createSseParser(hear)
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return null
      clearTimeout(alarm)
      alarm = setTimeout(() => silent.abort(), silenceMs)
      parse(value)
    }
  } catch {
    return null
  } finally {
    clearTimeout(alarm)
  }
}
