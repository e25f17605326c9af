import { Change } from '@watchbill/contract/fleet'
import { createSseParser, type SseEvent } from './sse.ts'

export type LiveState = 'connecting' | 'live' | 'offline' | 'signed-out'

/** What the leading tab learns and tells the others. */
export type LiveMessage =
  | { readonly kind: 'change'; readonly id: string | null; readonly change: Change }
  | { readonly kind: 'reset'; readonly id: string | null }
  | { readonly kind: 'state'; readonly state: LiveState; readonly id: string | null }

/** Silence longer than this means the connection is dead; the server speaks at least every 15 s. */
const silenceMs = 40_000
const firstWaitMs = 500
const maxWaitMs = 15_000

/** Holds /v1/stream open until `signal` aborts: resumes by Last-Event-ID, backs off, never gives up unless signed out. */
export async function holdStream(
  from: string | null,
  workspace: string | null,
  signal: AbortSignal,
  tell: (message: LiveMessage) => void,
): Promise<void> {
  let id = from
  let waitMs = firstWaitMs
  while (!signal.aborted) {
    const outcome = await readOnce(id, workspace, signal, (message) => {
      id = message.id ?? id
      waitMs = firstWaitMs
      tell(message)
    })
    if (signal.aborted) return
    if (outcome === 'signed-out') {
      tell({ kind: 'state', state: 'signed-out', id })
      return
    }
    tell({ kind: 'state', state: 'offline', id })
    await pause(waitMs * (0.75 + Math.random() / 2), signal)
    waitMs = Math.min(waitMs * 2, maxWaitMs)
  }
}

async function readOnce(
  id: string | null,
  workspace: string | null,
  signal: AbortSignal,
  tell: (message: LiveMessage) => void,
): Promise<'ended' | 'signed-out'> {
  const silent = new AbortController()
  let alarm = setTimeout(() => silent.abort(), silenceMs)
  try {
    const query = workspace === null ? '' : `?workspace=${encodeURIComponent(workspace)}`
    const headers = { accept: 'text/event-stream', ...(id === null ? {} : { 'last-event-id': id }) }
    const init = { headers, cache: 'no-store', signal: AbortSignal.any([signal, silent.signal]) } as const
    const response = await fetch(`/v1/stream${query}`, init)
    if (response.status === 401 || response.status === 403) return 'signed-out'
    if (!response.ok || response.body === null) return 'ended'
    const parse = createSseParser((event) => tellEvent(event, id, tell))
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return 'ended'
      clearTimeout(alarm)
      alarm = setTimeout(() => silent.abort(), silenceMs)
      parse(value)
    }
  } catch {
    return 'ended'
  } finally {
    clearTimeout(alarm)
  }
}

/** `hello` without a position to resume from may follow a gap, so it counts as a reset. */
function tellEvent(event: SseEvent, resumedFrom: string | null, tell: (message: LiveMessage) => void) {
  if (event.event === 'hello') {
    if (resumedFrom === null) tell({ kind: 'reset', id: event.id })
    tell({ kind: 'state', state: 'live', id: event.id })
  } else if (event.event === 'reset') {
    tell({ kind: 'reset', id: event.id })
  } else if (event.event === 'change') {
    const change = Change.safeParse(JSON.parse(event.data))
    tell(
      change.success
        ? { kind: 'change', id: event.id, change: change.data }
        : { kind: 'reset', id: event.id },
    )
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
