import { Change } from '@watchbill/contract/fleet'
import type { SseEvent } from './sse.ts'
import { holdSse } from './sse-reading.ts'

export type LiveState = 'connecting' | 'live' | 'offline' | 'signed-out'

/** What the leading tab learns and tells the others. */
export type LiveMessage =
  | { readonly kind: 'change'; readonly id: string | null; readonly change: Change }
  | { readonly kind: 'reset'; readonly id: string | null }
  | { readonly kind: 'state'; readonly state: LiveState; readonly id: string | null }

/** Holds /v1/stream open until `signal` aborts: resumes by Last-Event-ID, backs off, never gives up unless signed out. */
export function holdStream(
  from: string | null,
  workspace: string | null,
  signal: AbortSignal,
  tell: (message: LiveMessage) => void,
): Promise<void> {
  const query = workspace === null ? '' : `?workspace=${encodeURIComponent(workspace)}`
  let id = from
  return holdSse(`/v1/stream${query}`, from, signal, {
    hear: (event, resumedFrom) => {
      id = event.id ?? id
      tellEvent(event, resumedFrom, tell)
    },
    isOver: (status) => status === 401 || status === 403,
    lost: (over) => tell({ kind: 'state', state: over ? 'signed-out' : 'offline', id }),
  })
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
