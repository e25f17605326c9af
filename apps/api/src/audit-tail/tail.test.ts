import { AuditEntry } from '@watchbill/contract/audit'
import { parseHeader } from '@watchbill/ledger'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as z from 'zod/mini'
import type { Deps } from '../deps.ts'
import type { CallContext } from '../http/handler.ts'
import { defaultPace, type Pace } from '../stream/pace.ts'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { createProducer } from '../testing/entry-samples.ts'
import { createEventReader, type StreamEvent } from '../testing/event-reader.ts'
import { until } from '../testing/until.ts'
import { tailHandlers } from './routes.ts'

let house: TestApp
let writer: string
const leave: AbortController[] = []

beforeEach(async () => {
  house = await createTestApp()
  writer = await house.key(['entry:write'])
})
afterEach(async () => {
  for (const controller of leave.splice(0)) controller.abort()
  await house.close()
})

type Reader = ReturnType<typeof createEventReader>
interface Asked {
  readonly q?: string
  readonly lastId?: string
}

/** Through the whole app. */
const connect = async (key: string, { q, lastId }: Asked = {}): Promise<Reader> => {
  const controller = new AbortController()
  leave.push(controller)
  const headers = {
    authorization: `Bearer ${key}`,
    ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
  }
  const search = q === undefined ? '' : `?${new URLSearchParams({ q })}`
  const response = await house.request(`/v1/audit/stream${search}`, { headers, signal: controller.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  return createEventReader(response)
}

/** With a pace of its own, past authentication. */
const connectAt = async (pace: Partial<Pace>, deps: Partial<Deps> = {}, { q, lastId }: Asked = {}) => {
  const controller = new AbortController()
  leave.push(controller)
  const [key] = await house.database.raw('SELECT id FROM keys')
  const headers = lastId === undefined ? {} : { 'last-event-id': lastId }
  const context: CallContext = {
    actor: {
      kind: 'key',
      id: String(key?.id),
      name: 'test',
      scopes: new Set(['audit:read']),
      workspaces: ['default'],
      machineId: null,
      expiresAt: null,
    },
    workspace: 'default',
    now: house.clock.now,
    request: new Request('http://watchbill.test/v1/audit/stream', { headers, signal: controller.signal }),
    requestId: 'test',
  }
  const handlers = tailHandlers({ ...house.deps, ...deps }, { ...defaultPace, ...pace })
  const response = await handlers.streamEntries({ params: undefined, query: { q }, body: undefined }, context)
  if (!(response instanceof Response)) throw new Error('a stream is a Response')
  return createEventReader(response)
}

const createWriter = (name: string, workspace = 'default') => {
  const producer = createProducer(name, { ws: workspace })
  return async (...tools: string[]) => {
    const entries = tools.map((tool) =>
      producer.next({
        payload: { session: 'ses_01a1f848-b543-7e91-9e5e-989cb75f9d5f', imported: false, tool },
      }),
    )
    const { receipts } = await house.client(writer).postEntries({ body: { entries } })
    return receipts.map(({ seq }) => seq ?? -1)
  }
}

const Entries = z.object({ entries: z.array(AuditEntry), indexed: z.int() })
const seqsOf = (event: StreamEvent | null): number[] =>
  event?.event === 'entries' ? Entries.parse(event.data).entries.map(({ seq }) => seq) : []

/** Reads until so many entries came; all of their places, and the last id that was told. */
const take = async (reader: Reader, count: number) => {
  const seqs: number[] = []
  let id = ''
  while (seqs.length < count) {
    const event = await reader.next()
    if (event === null) throw new Error('the stream ended')
    id = event.id ?? id
    seqs.push(...seqsOf(event))
  }
  return { seqs, id }
}

test('says hello with its place, then sends entries that answer, each once, as they are appended', async () => {
  const key = await house.key(['audit:read'])
  const write = createWriter('a')
  await write('Bash')
  const reader = await connect(key, { q: 'tool:Bash' })
  const hello = await reader.next()
  const size = (await house.client(key).listEntries()).size
  expect(hello).toMatchObject({
    event: 'hello',
    id: String(size - 1),
    data: { seq: size - 1, indexed: size },
  })
  const [first, , third] = await write('Bash', 'Read', 'Bash')
  const event = await reader.next()
  expect(event?.event).toBe('entries')
  expect(seqsOf(event)).toEqual([first, third])
  expect(event?.id).toBe(String(third))
  const { entries } = Entries.parse(event?.data)
  expect(parseHeader(new TextEncoder().encode(entries[0]?.header)).type).toBe('tool.called')
})

test('without a query everything comes, what the control plane does itself too', async () => {
  const reader = await connect(await house.key(['audit:read']))
  await reader.next()
  await house.key(['fleet:read'])
  const { seqs } = await take(reader, 1)
  await createWriter('a')('Bash')
  // The producer is registered by an entry of its own.
  expect((await take(reader, 2)).seqs[0]).toBe((seqs[0] ?? 0) + 1)
})

test('content stays hidden', async () => {
  const reader = await connect(await house.key(['audit:read']), { q: 'tool:Bash' })
  await reader.next()
  const producer = createProducer('content')
  const payload = {
    session: 'ses_01a1f848-b543-7e91-9e5e-989cb75f9d5f',
    imported: false,
    tool: 'Bash',
    content: 'what was said aloud',
  }
  await house.client(writer).postEntries({ body: { entries: [producer.next({ payload })] } })
  const event = await reader.next()
  expect(seqsOf(event)).toHaveLength(1)
  expect(JSON.stringify(event)).not.toContain('aloud')
})

test('whoever comes back to an id misses none and gets none twice, wherever it was cut', async () => {
  const key = await house.key(['audit:read'])
  const write = createWriter('property')
  await write('Start')
  const steps = fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          write: fc.array(fc.constantFrom('Bash', 'Read'), { minLength: 1, maxLength: 6 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ read: fc.integer({ min: 0, max: 3 }) }) },
      { weight: 1, arbitrary: fc.constant({ cut: true }) },
    ),
    { minLength: 3, maxLength: 14 },
  )
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const wanted: number[] = []
      const got: number[] = []
      let reader = await connect(key, { q: 'tool:Bash' })
      let id = (await reader.next())?.id ?? ''
      const readOne = async () => {
        const event = await reader.next()
        if (event === null) throw new Error('the stream ended')
        id = event.id ?? id
        got.push(...seqsOf(event))
      }
      const reconnect = async () => {
        await reader.cancel()
        reader = await connect(key, { q: 'tool:Bash', lastId: id })
        expect((await reader.next())?.id).toBe(id)
      }
      for (const step of plan) {
        if ('write' in step) {
          const seqs = await write(...step.write)
          wanted.push(...seqs.filter((_, index) => step.write[index] === 'Bash'))
        } else if ('read' in step) {
          for (let left = step.read; left > 0 && got.length < wanted.length; left -= 1) await readOne()
        } else await reconnect()
      }
      await reconnect()
      while (got.length < wanted.length) await readOne()
      const last = await write('Bash')
      while (got.length < wanted.length + 1) await readOne()
      expect(got).toEqual([...wanted, ...last])
      await reader.cancel()
    }),
    { numRuns: process.env.WATCHBILL_DRILLS === '1' ? 200 : 20 },
  )
})

test('comes in frames of at most 500 and goes on behind the last of each', async () => {
  const write = createWriter('many')
  const first = await write('First')
  for (let round = 0; round < 3; round += 1) await write(...Array.from({ length: 400 }, () => 'Bash'))
  const reader = await connectAt({}, {}, { q: 'tool:Bash', lastId: String(first[0]) })
  await reader.next()
  const counts: number[] = []
  const seqs: number[] = []
  while (seqs.length < 1200) {
    const found = seqsOf(await reader.next())
    counts.push(found.length)
    seqs.push(...found)
  }
  expect(counts).toEqual([500, 500, 200])
  expect(seqs).toEqual(Array.from({ length: 1200 }, (_, index) => (first[0] ?? 0) + 1 + index))
})

test('a reader that nothing is for is told how far it has come', async () => {
  const write = createWriter('quiet')
  const [first = 0] = await write('Bash')
  const reader = await connectAt(
    { heartbeatMs: 1, pollMs: 5 },
    {},
    { q: 'tool:Never', lastId: String(first) },
  )
  await reader.next()
  const [last] = await write('Bash')
  let event = await reader.next()
  while (event?.id !== String(last)) event = await reader.next()
  expect(event).toMatchObject({ event: 'seen', data: { seq: last } })
  expect(await reader.nextComment()).toBe(' still here')
})

test('a place beyond the log, or none at all, is answered with reset, and goes on from the end', async () => {
  const key = await house.key(['audit:read'])
  const write = createWriter('reset')
  await write('Bash')
  for (const lastId of ['999999', 'garbage', '-5', '1.5', '99999999999999999999']) {
    const reader = await connect(key, { q: 'tool:Bash', lastId })
    expect((await reader.next())?.event).toBe('hello')
    const size = (await house.client(key).listEntries()).size
    expect(await reader.next()).toMatchObject({
      event: 'reset',
      id: String(size - 1),
      data: { seq: size - 1 },
    })
    const seqs = await write('Bash')
    expect((await take(reader, 1)).seqs).toEqual(seqs)
    await reader.cancel()
  }
})

test('a query that does not read is refused at its place before anything streams', async () => {
  const headers = { authorization: `Bearer ${await house.key(['audit:read'])}` }
  const response = await house.request('/v1/audit/stream?q=decision%3Adenid', { headers })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    code: 'invalid_request',
    errors: [{ pointer: 'query.q:9-14' }],
  })
})

test('a revoked credential ends its tail within a second, and only its own', async () => {
  const admin = house.client(await house.key(['key:read', 'key:write']))
  const [doomedKey, otherKey] = [await house.key(['audit:read', 'log:read']), await house.key(['audit:read'])]
  const [doomed, other] = [
    await connect(doomedKey, { q: 'tool:Bash' }),
    await connect(otherKey, { q: 'tool:Bash' }),
  ]
  await Promise.all([doomed.next(), other.next()])
  const { keys } = await admin.listKeys()
  const id = keys.find(({ scopes }) => scopes.includes('log:read'))?.id ?? ''
  await admin.removeKey({ params: { id } })
  expect(await doomed.next()).toBeNull()
  await createWriter('after')('Bash')
  expect(seqsOf(await other.next())).toHaveLength(1)
})

test('ends when the server stops, and counts as a stream until then', async () => {
  const stopping = new AbortController()
  const reader = await connectAt({}, { stopping: stopping.signal })
  await reader.next()
  expect(house.deps.meters.read().streamsOpen).toBe(1)
  stopping.abort()
  expect(await reader.next()).toBeNull()
  await until(async () => house.deps.meters.read().streamsOpen === 0)
})

test('at the edge, where no bell is heard, it polls', async () => {
  const write = createWriter('edge')
  await write('Bash')
  const config = { ...house.deps.config, runtime: 'edge' } as const
  const reader = await connectAt({ pollMs: 5 }, { config }, { q: 'tool:Bash' })
  await reader.next()
  const seqs = await write('Bash')
  expect((await take(reader, 1)).seqs).toEqual(seqs)
})

test('takes audit:read, and shows one workspace nothing of another', async () => {
  const refused = await house.request('/v1/audit/stream', {
    headers: { authorization: `Bearer ${await house.key(['log:read', 'fleet:read'])}` },
  })
  expect(refused.status).toBe(403)
  const theirs = await connect(await house.key(['audit:read'], 'other'))
  await theirs.next()
  await createWriter('ours')('Bash')
  await house.key(['audit:read'], 'other')
  const { seqs } = await take(theirs, 1)
  expect(seqs).toHaveLength(1)
  const [row] = await house.database.raw("SELECT size FROM logs WHERE workspace_id = 'other'")
  expect(seqs[0]).toBe(Number(row?.size) - 1)
})
