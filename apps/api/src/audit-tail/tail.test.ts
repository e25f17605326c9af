import { parseHeader } from '@watchbill/ledger'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createProducer } from '../testing/entry-samples.ts'
import {
  entriesOf,
  openTailDesk,
  seqsOf,
  type TailDesk,
  tailSession,
  takeSeqs,
} from '../testing/tail-desk.ts'
import { until } from '../testing/until.ts'

let desk: TailDesk
let house: TailDesk['house']
beforeEach(async () => {
  desk = await openTailDesk()
  house = desk.house
})
afterEach(() => desk.close())

test('says hello with its place, then sends entries that answer, each once, as they are appended', async () => {
  const key = await house.key(['audit:read'])
  const write = desk.writes('a')
  await write('Bash')
  const reader = await desk.connect(key, { q: 'tool:Bash' })
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
  const entries = entriesOf(event)
  expect(parseHeader(new TextEncoder().encode(entries[0]?.header)).type).toBe('tool.called')
})

test('without a query everything comes, what the control plane does itself too', async () => {
  const reader = await desk.connect(await house.key(['audit:read']))
  await reader.next()
  await house.key(['fleet:read'])
  const seqs = await takeSeqs(reader, 1)
  await desk.writes('a')('Bash')
  // The producer is registered by an entry of its own.
  expect(await takeSeqs(reader, 2)).toEqual([1, 2].map((more) => (seqs[0] ?? 0) + more))
})

test('content stays hidden', async () => {
  const reader = await desk.connect(await house.key(['audit:read']), { q: 'tool:Bash' })
  await reader.next()
  const producer = createProducer('content')
  const payload = {
    session: tailSession,
    imported: false,
    tool: 'Bash',
    content: 'what was said aloud',
  }
  await house.client(desk.writer).postEntries({ body: { entries: [producer.next({ payload })] } })
  const event = await reader.next()
  expect(seqsOf(event)).toHaveLength(1)
  expect(JSON.stringify(event)).not.toContain('aloud')
})

test('a reader that nothing is for is told how far it has come', async () => {
  const write = desk.writes('quiet')
  const [first = 0] = await write('Bash')
  const reader = await desk.connectAt(
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
    await desk.connect(doomedKey, { q: 'tool:Bash' }),
    await desk.connect(otherKey, { q: 'tool:Bash' }),
  ]
  await Promise.all([doomed.next(), other.next()])
  const { keys } = await admin.listKeys()
  const id = keys.find(({ scopes }) => scopes.includes('log:read'))?.id ?? ''
  await admin.removeKey({ params: { id } })
  expect(await doomed.next()).toBeNull()
  await desk.writes('after')('Bash')
  expect(seqsOf(await other.next())).toHaveLength(1)
})

test('ends when the server stops, and counts as a stream until then', async () => {
  const stopping = new AbortController()
  const reader = await desk.connectAt({}, { stopping: stopping.signal })
  await reader.next()
  expect(house.deps.meters.read().streamsOpen).toBe(1)
  stopping.abort()
  expect(await reader.next()).toBeNull()
  await until(async () => house.deps.meters.read().streamsOpen === 0)
})

test('at the edge, where no bell is heard, it polls', async () => {
  const write = desk.writes('edge')
  await write('Bash')
  const config = { ...house.deps.config, runtime: 'edge' } as const
  const reader = await desk.connectAt({ pollMs: 5 }, { config }, { q: 'tool:Bash' })
  await reader.next()
  const seqs = await write('Bash')
  expect(await takeSeqs(reader, 1)).toEqual(seqs)
})

test('takes audit:read, and shows one workspace nothing of another', async () => {
  const refused = await house.request('/v1/audit/stream', {
    headers: { authorization: `Bearer ${await house.key(['log:read', 'fleet:read'])}` },
  })
  expect(refused.status).toBe(403)
  const theirs = await desk.connect(await house.key(['audit:read'], 'other'))
  await theirs.next()
  await desk.writes('ours')('Bash')
  await house.key(['audit:read'], 'other')
  const seqs = await takeSeqs(theirs, 1)
  expect(seqs).toHaveLength(1)
  const [row] = await house.database.raw("SELECT size FROM logs WHERE workspace_id = 'other'")
  expect(seqs[0]).toBe(Number(row?.size) - 1)
})
