import { AuditEntry } from '@watchbill/contract/audit'
import * as z from 'zod/mini'
import { tailHandlers } from '../audit-tail/routes.ts'
import type { Deps } from '../deps.ts'
import type { CallContext } from '../http/handler.ts'
import { defaultPace, type Pace } from '../stream/pace.ts'
import { createTestApp } from './app.ts'
import { createProducer } from './entry-samples.ts'
import { createEventReader, type StreamEvent } from './event-reader.ts'

export type TailReader = ReturnType<typeof createEventReader>
interface Asked {
  readonly q?: string
  readonly lastId?: string
}
export const tailSession = 'ses_01a1f848-b543-7e91-9e5e-989cb75f9d5f'

/** The whole app, tails of it, and producers to write what they tell. */
export const openTailDesk = async () => {
  const house = await createTestApp()
  const writer = await house.key(['entry:write'])
  const leave: AbortController[] = []
  const enter = (): AbortSignal => {
    const controller = new AbortController()
    leave.push(controller)
    return controller.signal
  }
  return {
    house,
    writer,
    /** Through the whole app. */
    async connect(key: string, { q, lastId }: Asked = {}): Promise<TailReader> {
      const headers = {
        authorization: `Bearer ${key}`,
        ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
      }
      const search = q === undefined ? '' : `?${new URLSearchParams({ q })}`
      const response = await house.request(`/v1/audit/stream${search}`, { headers, signal: enter() })
      if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
        throw new Error(await response.text())
      return createEventReader(response)
    },
    /** With a pace of its own, past authentication. */
    async connectAt(pace: Partial<Pace>, deps: Partial<Deps> = {}, { q, lastId }: Asked = {}) {
      const [key] = await house.database.raw('SELECT id FROM keys')
      const headers = lastId === undefined ? {} : { 'last-event-id': lastId }
      const url = 'http://watchbill.test/v1/audit/stream'
      const context: CallContext = {
        actor: {
          ...{ kind: 'key', id: String(key?.id), name: 'test', scopes: new Set(['audit:read'] as const) },
          ...{ workspaces: ['default'], machineId: null, expiresAt: null },
        },
        ...{ workspace: 'default', now: house.clock.now, requestId: 'test' },
        request: new Request(url, { headers, signal: enter() }),
      }
      const handlers = tailHandlers({ ...house.deps, ...deps }, { ...defaultPace, ...pace })
      const input = { params: undefined, query: { q }, body: undefined }
      const response = await handlers.streamEntries(input, context)
      if (!(response instanceof Response)) throw new Error('a stream is a Response')
      return createEventReader(response)
    },
    /** Entries of one producer, by tool; answers with their places. */
    writes: (name: string) => {
      const producer = createProducer(name)
      return async (...tools: string[]): Promise<number[]> => {
        const entries = tools.map((tool) =>
          producer.next({ payload: { session: tailSession, imported: false, tool } }),
        )
        const { receipts } = await house.client(writer).postEntries({ body: { entries } })
        return receipts.map(({ seq }) => seq ?? -1)
      }
    },
    async close(): Promise<void> {
      for (const controller of leave.splice(0)) controller.abort()
      await house.close()
    },
  }
}
export type TailDesk = Awaited<ReturnType<typeof openTailDesk>>

const Entries = z.object({ entries: z.array(AuditEntry), indexed: z.int() })

export const entriesOf = (event: StreamEvent | null): AuditEntry[] =>
  event?.event === 'entries' ? Entries.parse(event.data).entries : []

export const seqsOf = (event: StreamEvent | null): number[] => entriesOf(event).map(({ seq }) => seq)

/** Reads until so many entries came; their places. */
export const takeSeqs = async (reader: TailReader, count: number): Promise<number[]> => {
  const seqs: number[] = []
  while (seqs.length < count) {
    const event = await reader.next()
    if (event === null) throw new Error('the stream ended')
    seqs.push(...seqsOf(event))
  }
  return seqs
}
