import { AuditEntry } from '@watchbill/contract/audit'
import * as z from 'zod/mini'
import { learnServerTime } from '../../lib/server-clock.ts'
import type { SseEvent } from '../../lib/sse.ts'
import { holdSse } from '../../lib/sse-reading.ts'

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

/**
 * Entries that answer a query as they are indexed, from behind place `from` on, until `signal` aborts. Resumes by the last
 * place it was told, so nothing comes twice and nothing is missed.
 */
export function holdTail(
  asked: { readonly q: string | null; readonly workspace: string | null; readonly from: number },
  signal: AbortSignal,
  tell: TailListener,
): Promise<void> {
  // An empty log has no last place yet.
  const from = asked.from < 0 ? null : String(asked.from)
  return holdSse(addressOf(asked), from, signal, {
    trying: () => tell.state('connecting'),
    hear: (event) => hear(event, tell),
    isOver: (status) => status >= 400 && status < 500 && status !== 429,
    lost: (over) => tell.state(over ? 'ended' : 'waiting'),
  })
}

function addressOf({ q, workspace }: { q: string | null; workspace: string | null }): string {
  const search = new URLSearchParams()
  if (q !== null) search.set('q', q)
  if (workspace !== null) search.set('workspace', workspace)
  return search.size === 0 ? '/v1/audit/stream' : `/v1/audit/stream?${search}`
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
