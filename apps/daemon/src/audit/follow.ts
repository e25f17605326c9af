import { AuditEntry } from '@watchbill/contract/audit'
import { Fault } from '@watchbill/contract/fault'
import * as z from 'zod/mini'
import { backoffMs } from '../link/backoff.ts'
import type { Connection } from './connection.ts'
import { readEvents, type StreamEvent } from './event-stream.ts'

const Entries = z.object({ entries: z.array(AuditEntry) })

export interface Follow {
  readonly query: string
  /** Last place that was seen, as the stream tells it; null begins at the end of the log. */
  readonly from: string | null
  readonly onEntries: (entries: readonly AuditEntry[]) => Promise<void>
  /** For the person: why nothing comes just now, or what was missed. */
  readonly onTrouble: (text: string) => void
  readonly signal: AbortSignal
}

/**
 * Hands on every entry that answers, each once, until the signal aborts: a connection that breaks is taken up again at the
 * last place seen. Throws the Fault of a refusal that waiting does not mend.
 */
export const follow = async ({ client }: Connection, asked: Follow): Promise<void> => {
  let last = asked.from
  let failures = 0
  while (!asked.signal.aborted) {
    try {
      for await (const event of open(client, asked, last)) {
        failures = 0
        last = event.id ?? last
        await handOn(event, asked)
      }
    } catch (error) {
      if (asked.signal.aborted) return
      if (error instanceof Fault && !mends.has(error.code)) throw error
      if (failures === 0) asked.onTrouble(`the connection broke off (${textOf(error)}); trying again`)
    }
    failures += 1
    await pause(backoffMs(failures, Math.random), asked.signal)
  }
}

/** Refusals that go by themselves. */
const mends: ReadonlySet<string> = new Set(['unavailable', 'rate_limited', 'internal'])

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Silence longer than this means that the connection is dead, ms; the control plane speaks at least every 15 s. */
const silenceMs = 40_000

async function* open(
  client: Connection['client'],
  { query, signal }: Follow,
  last: string | null,
): AsyncGenerator<StreamEvent> {
  const silent = new AbortController()
  const alarm = setTimeout(() => silent.abort(new Error('nothing was heard for long')), silenceMs)
  const heard = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      alarm.refresh()
      controller.enqueue(bytes)
    },
  })
  try {
    const headers = last === null ? {} : { 'last-event-id': last }
    const both = AbortSignal.any([signal, silent.signal])
    const response = await client.streamEntries({ query: { q: query } }, { headers, signal: both })
    if (response.body !== null) yield* readEvents(response.body.pipeThrough(heard))
  } finally {
    clearTimeout(alarm)
  }
}

const handOn = async ({ event, data }: StreamEvent, { onEntries, onTrouble }: Follow): Promise<void> => {
  if (event === 'entries') await onEntries(Entries.parse(JSON.parse(data)).entries)
  if (event === 'reset')
    onTrouble('the log ends before the place you had come to: it was restored, or it is another one')
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    signal.addEventListener('abort', finish)
    if (signal.aborted) finish()
  })
