import { Change } from '@watchbill/contract/fleet'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Deps } from '../deps.ts'
import type { CallContext } from '../http/handler.ts'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { createEventReader } from '../testing/event-reader.ts'
import { sampleId, sampleSession, sampleSnapshot } from '../testing/fleet-samples.ts'
import { until } from '../testing/until.ts'
import { defaultPace, type Pace } from './pace.ts'
import { streamHandlers } from './routes.ts'

let house: TestApp
let token: string
const leave: AbortController[] = []

beforeEach(async () => {
  house = await createTestApp()
  token = await house.key(['snapshot:write', 'fleet:read'])
})
afterEach(async () => {
  for (const controller of leave.splice(0)) controller.abort()
  await house.close()
})

/** A stream through the whole app. */
const connect = async (lastId?: string, key = token) => {
  const controller = new AbortController()
  leave.push(controller)
  const headers = {
    authorization: `Bearer ${key}`,
    ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
  }
  const response = await house.request('/v1/stream', { headers, signal: controller.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  return createEventReader(response)
}

/** A stream with a pace of its own, past authentication. */
const connectAt = async (pace: Partial<Pace>, deps: Partial<Deps> = {}, lastId?: string) => {
  const controller = new AbortController()
  leave.push(controller)
  const [key] = await house.database.raw('SELECT id FROM keys')
  const headers = lastId === undefined ? {} : { 'last-event-id': lastId }
  const context: CallContext = {
    actor: {
      kind: 'key',
      id: String(key?.id),
      name: 'test',
      scopes: new Set(['fleet:read']),
      workspaces: ['default'],
      machineId: null,
      expiresAt: null,
    },
    workspace: 'default',
    now: house.clock.now,
    request: new Request('http://watchbill.test/v1/stream', { headers, signal: controller.signal }),
    requestId: 'test',
  }
  const handlers = streamHandlers({ ...house.deps, ...deps }, { ...defaultPace, ...pace })
  const response = await handlers.streamChanges(
    { params: undefined, query: undefined, body: undefined },
    context,
  )
  if (!(response instanceof Response)) throw new Error('a stream is a Response')
  return response
}

/** Each post is one change of one agent, told apart by its version. */
const post = async (index: number, version: string) => {
  house.clock.now += 1
  const session = sampleSession(index, { state: 'working', version })
  const snapshot = sampleSnapshot(index, house.clock.now, { agent: { version }, sessions: [session] })
  await house.client(token).postSnapshots({ body: { snapshots: [snapshot] } })
}

type Reader = Awaited<ReturnType<typeof connect>>

/** Reads on until agent `index` stands at `version`; every frame on the way is checked against the contract. */
const readUntil = async (reader: Reader, index: number, version: string) => {
  const ids: number[] = []
  for (;;) {
    const event = await reader.next()
    if (event === null) throw new Error('the stream ended')
    if (event.event !== 'change') continue
    ids.push(Number(event.id))
    const change = Change.parse(event.data)
    if (change.agents.some((agent) => agent.id === sampleId('agt', index) && agent.version === version)) {
      return { ids, change }
    }
  }
}

test('says hello with its place, then sends changed rows as they stand, sessions included', async () => {
  await post(1, 'before')
  const reader = await connect()
  expect(await reader.next()).toMatchObject({
    event: 'hello',
    id: '3',
    data: { workspace: 'default', seq: 3 },
  })
  await post(1, 'after')
  const { change } = await readUntil(reader, 1, 'after')
  expect(change.sessions).toMatchObject([{ id: sampleId('ses', 1), version: 'after', state: 'working' }])
  expect(change.agents[0]).toMatchObject({ state: 'working', lead: { id: sampleId('ses', 1) } })
})

test('a burst comes in few frames, each row once, with the newest state', async () => {
  // So long a pace that twenty posts outrun it on any machine.
  const reader = createEventReader(await connectAt({ coalesceMs: 2000 }))
  await reader.next()
  for (let round = 1; round <= 20; round += 1) await post(1, `v${round}`)
  const { ids, change } = await readUntil(reader, 1, 'v20')
  expect(ids.length).toBeLessThan(20)
  expect(change.agents).toHaveLength(1)
})

test('resumes after the id it is given: nothing twice, nothing left out', async () => {
  const first = await connect()
  await first.next()
  await post(1, 'a')
  const seen = await readUntil(first, 1, 'a')
  await first.cancel()
  await post(2, 'b')
  await post(3, 'c')
  const second = await connect(String(seen.ids.at(-1)))
  expect((await second.next())?.event).toBe('hello')
  const event = await second.next()
  const change = Change.parse(event?.data)
  expect(change.agents.map(({ id }) => id).sort()).toEqual([sampleId('agt', 2), sampleId('agt', 3)])
  const [head] = await house.database.raw("SELECT change_seq AS seq FROM workspaces WHERE id = 'default'")
  expect(event?.id).toBe(String(head?.seq))
})

test('a place that is gone, in the future, or none at all is answered with reset, and goes on from there', async () => {
  await post(1, 'a')
  await post(2, 'b')
  await house.database.raw('DELETE FROM changes WHERE seq < 4')
  for (const lastId of ['1', '999999', 'garbage', '-5', '99999999999999999999']) {
    const reader = await connect(lastId)
    expect((await reader.next())?.event).toBe('hello')
    expect(await reader.next()).toMatchObject({ event: 'reset', id: '5', data: { seq: 5 } })
    await post(3, `after-${lastId}`)
    await readUntil(reader, 3, `after-${lastId}`)
    await reader.cancel()
    await house.database.raw('DELETE FROM changes')
    await house.database.raw("UPDATE workspaces SET change_seq = 5 WHERE id = 'default'")
    await house.database.raw(
      `INSERT INTO changes VALUES ('default', 4, 0, 'agent', 'x'), ('default', 5, 0, 'agent', 'x')`,
    )
  }
})

test('a reader that does not drain is dropped, and loses nothing when it resumes', async () => {
  const response = await connectAt({ bufferBytes: 1, drainMs: 1, coalesceMs: 1 })
  for (let index = 1; index <= 5; index += 1) await post(index, 'missed')
  await until(async () => house.deps.meters.read().streamsOpen === 0)
  const reader = createEventReader(response)
  const seen: string[] = []
  let last = ''
  for (let event = await reader.next(); event !== null; event = await reader.next()) {
    last = event.id ?? last
    if (event.event === 'change') seen.push(...Change.parse(event.data).agents.map(({ id }) => id))
  }
  const again = createEventReader(await connectAt({}, {}, last))
  await again.next()
  if (seen.length < 5) seen.push(...Change.parse((await again.next())?.data).agents.map(({ id }) => id))
  expect(seen).toEqual([1, 2, 3, 4, 5].map((index) => sampleId('agt', index)))
})

test('a revoked credential ends its stream, and only its own', async () => {
  const admin = house.client(await house.key(['key:read', 'key:write']))
  const doomedKey = await house.key(['fleet:read'])
  const [doomed, other] = [await connect(undefined, doomedKey), await connect()]
  await Promise.all([doomed.next(), other.next()])
  const { keys } = await admin.listKeys()
  const ids = keys
    .filter(({ scopes }) => scopes.length === 1 && scopes[0] === 'fleet:read')
    .map(({ id }) => id)
  expect(ids).toHaveLength(1)
  await admin.removeKey({ params: { id: ids[0] ?? '' } })
  expect(await doomed.next()).toBeNull()
  await post(1, 'still')
  await readUntil(other, 1, 'still')
})

test('ends when the server stops, when the workspace goes, and when the reader leaves', async () => {
  const stopping = new AbortController()
  const stopped = createEventReader(await connectAt({}, { stopping: stopping.signal }))
  await stopped.next()
  stopping.abort()
  expect(await stopped.next()).toBeNull()
  const orphan = createEventReader(await connectAt({ validMs: 1e6 }))
  await orphan.next()
  await house.database.raw("DELETE FROM workspaces WHERE id = 'default'")
  expect(await orphan.next()).toBeNull()
})

test('sees what another process wrote without ringing our bell, and keeps quiet lines alive', async () => {
  await post(1, 'a')
  const reader = createEventReader(await connectAt({ heartbeatMs: 1, pollMs: 5 }))
  await reader.next()
  expect(await reader.nextComment()).toBe(' still here')
  await house.database.raw("UPDATE workspaces SET change_seq = change_seq + 1 WHERE id = 'default'")
  await house.database.raw(
    "INSERT INTO changes SELECT id, change_seq, 0, 'agent', ? FROM workspaces WHERE id = 'default'",
    [sampleId('agt', 1)],
  )
  await readUntil(reader, 1, 'a')
})

test('outlasts a short absence of the database', async () => {
  let away = true
  const dbFor: Deps['dbFor'] = (workspace) => {
    const db = house.deps.dbFor(workspace)
    return Object.assign(Object.create(db), {
      rows: (query: Parameters<typeof db.rows>[0]) =>
        away && waiting ? Promise.reject(new Error('away')) : db.rows(query),
    })
  }
  let waiting = false
  const reader = createEventReader(await connectAt({ pollMs: 5 }, { dbFor }))
  await reader.next()
  waiting = true
  await post(1, 'meanwhile')
  setTimeout(() => {
    away = false
  }, 50)
  await readUntil(reader, 1, 'meanwhile')
})

test('eight readers at once each get every change exactly once, in order', async () => {
  const readers = await Promise.all(Array.from({ length: 8 }, () => connect()))
  await Promise.all(readers.map((reader) => reader.next()))
  const reading = readers.map((reader) => readUntil(reader, 9, 'last'))
  for (let round = 0; round < 30; round += 1) await post(round % 9, `v${round}`)
  await post(9, 'last')
  for (const { ids } of await Promise.all(reading)) {
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    expect(new Set(ids).size).toBe(ids.length)
  }
})

test('needs fleet:read', async () => {
  const response = await house.request('/v1/stream', {
    headers: { authorization: `Bearer ${await house.key(['snapshot:write'])}` },
  })
  expect(response.status).toBe(403)
})
