import { AuditEntry } from '@watchbill/contract/audit'
import * as z from 'zod/mini'
import { learnServerTime } from '../../lib/server-clock.ts'
import { createSseParser, type SseEvent } from '../../lib/sse.ts'

/** live: connected. waiting: it will be tried again. ended: it will not (signed out, or a query nobody can answer). */
export type TailState = 'connecting' | 'live' | 'waiting' | 'ended'

export interface TailListener {
  readonly state: (state: TailState) => void
  /** In the order of the log. `place`: the last one examined so far, to come back to. */
  readonly entries: (entries: readonly AuditEntry[], indexed: number, place: number) => void
  /** The log is not the one the position was in: what is on screen has to be read anew. */
  readonly reset: () => void
}

const Hello = z.object({ now: z.string(), indexed: z.int() })
const Entries = z.object({ entries: z.array(AuditEntry), indexed: z.int() })

/** Silence longer than this means the connection is dead; the server speaks at least every 15 s. */
const silenceMs = 40_000
const firstWaitMs = 500
const maxWaitMs = 15_000

/**
 * Entries that answer a query as they are indexed, from behind place `from` on, until `signal` aborts. Resumes by the last
 * place it was told, so nothing comes twice and nothing is missed.
 */
export async function holdTail(
  asked: { readonly q: string | null; readonly workspace: string | null; readonly from: number },
  signal: AbortSignal,
  tell: TailListener,
): Promise<void> {
  let from = String(asked.from)
  let waitMs = firstWaitMs
  while (!signal.aborted) {
    tell.state('connecting')
    const outcome = await readOnce(addressOf(asked), from, signal, (event) => {
      from = event.id ?? from
      waitMs = firstWaitMs
      hear(event, tell)
    })
    if (signal.aborted) return
    tell.state(outcome === 'refused' ? 'ended' : 'waiting')
    if (outcome === 'refused') return
    await pause(waitMs * (0.75 + Math.random() / 2), signal)
    waitMs = Math.min(waitMs * 2, maxWaitMs)
  }
}

function addressOf({ q, workspace }: { q: string | null; workspace: string | null }): string {
  const search = new URLSearchParams()
  if (q !== null) search.set('q', q)
  if (workspace !== null) search.set('workspace', workspace)
  return search.size === 0 ? '/v1/audit/stream' : `/v1/audit/stream?${search}`
}

async function readOnce(
  address: string,
  from: string,
  signal: AbortSignal,
  hearEvent: (event: SseEvent) => void,
): Promise<'ended' | 'refused'> {
  const silent = new AbortController()
  let alarm = setTimeout(() => silent.abort(), silenceMs)
  try {
    // An empty log has no last place yet.
    const position = from === '-1' ? {} : { 'last-event-id': from }
    const headers = { accept: 'text/event-stream', ...position }
    const init = { headers, cache: 'no-store', signal: AbortSignal.any([signal, silent.signal]) } as const
    const response = await fetch(address, init)
    if (response.status >= 400 && response.status < 500 && response.status !== 429) return 'refused'
    if (!response.ok || response.body === null) return 'ended'
    const parse = createSseParser(hearEvent)
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

/** An event that does not fit the contract may have held entries, so it counts as a reset. */
function hear({ event, data, id }: SseEvent, tell: TailListener): void {
  if (event === 'hello') {
    const hello = Hello.safeParse(parse(data))
    if (hello.success) learnServerTime(hello.data.now)
    tell.state('live')
  } else if (event === 'entries') {
    const news = Entries.safeParse(parse(data))
    if (news.success) tell.entries(news.data.entries, news.data.indexed, Number(id))
    else tell.reset()
  } else if (event === 'reset') tell.reset()
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return null
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
