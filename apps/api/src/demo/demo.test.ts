import type { Client } from '@watchbill/contract/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { castOf } from './cast.ts'
import { feedDemo } from './feed.ts'
import { createRandom } from './random.ts'
import { runDemo } from './run.ts'

let house: TestApp
let client: Client
const randomBytes = (count: number) => crypto.getRandomValues(new Uint8Array(count))
const telling = { seed: 'story', workspace: 'demo', randomBytes }

beforeAll(async () => {
  house = await createTestApp()
  client = house.client(await house.key(['snapshot:write', 'entry:write', 'fleet:read'], 'demo'))
  await feedDemo({ ...telling, client, now: house.clock.now })
})
afterAll(() => house.close())

test('it tells one story: one waits, one loops, one cannot be read, one machine is silent', async () => {
  const fleet = await client.getFleet()
  expect(fleet).toMatchObject({ agentCount: 200, coverage: { reporting: 13, known: 14 }, waitingSessions: 1 })
  expect(fleet.counts).toMatchObject({ waiting: 1, unreadable: 1, failing: 0, stale: 6 })
  expect(fleet.counts.working).toBeGreaterThan(20)
  expect(fleet.counts.idle).toBeGreaterThan(20)
  expect(fleet.counts.stopped).toBeGreaterThan(20)
  const [waits, loops, unreadable, ...rest] = fleet.attention
  expect(waits).toMatchObject({
    kind: 'waiting',
    what: 'git push',
    project: 'acme/api',
    since: new Date(house.clock.now - 240_000).toISOString(),
  })
  expect(loops).toMatchObject({ kind: 'looping', what: 'npm test', count: 14 })
  expect(unreadable).toMatchObject({
    kind: 'unreadable',
    reason: expect.stringContaining('status.json /providers/0, line 9'),
  })
  expect(rest.map(({ kind }) => kind)).toEqual(rest.map(() => 'stale'))
  const { agents } = await client.listAgents({ query: { limit: '500' } })
  expect(new Set(agents.map(({ runtime }) => runtime)).size).toBe(8)
})

test('its ribbon knows a day, and nobody looked at the silent machine for three hours', async () => {
  const { agents } = castOf('story')
  const observed = async (silent: boolean) => {
    const agent = agents.find(({ machine }) => machine.silent === silent)
    const { buckets } = await client.getAgentHistory({
      params: { id: agent?.id ?? '' },
      query: { points: '48' },
    })
    return buckets.map((bucket) => bucket.observed)
  }
  expect((await observed(false)).filter(Boolean).length).toBeGreaterThanOrEqual(47)
  expect((await observed(true)).slice(-4)).toEqual([false, false, false, false])
})

test('feeding it again, at once or an hour later, adds no agent, session or machine', async () => {
  const counts = () =>
    house.database.raw(`SELECT (SELECT count(*) FROM agents) AS agents, (SELECT count(*) FROM sessions) AS sessions,
      (SELECT count(*) FROM machines) AS machines`)
  const rows = () => house.database.raw('SELECT * FROM agents ORDER BY id')
  const [before, agentsBefore] = [await counts(), await rows()]
  await feedDemo({ ...telling, client, now: house.clock.now })
  expect(await rows()).toEqual(agentsBefore)
  house.clock.now += 3_600_000
  await feedDemo({ ...telling, client, now: house.clock.now })
  expect(await counts()).toEqual(before)
  expect((await client.getFleet()).counts.waiting).toBe(1)
})

test('nothing of it reaches a real workspace', async () => {
  const real = house.client(await house.key(['fleet:read']))
  expect(await real.getFleet()).toMatchObject({
    agentCount: 0,
    totals: { sessions: 0, tokens: { input: null } },
  })
})

test('a running demo keeps its agents from going stale, and stops when told', async () => {
  const stop = new AbortController()
  const errors: unknown[] = []
  const steps = {
    ...telling,
    client,
    signal: stop.signal,
    stepMs: 1,
    onError: (error: unknown) => errors.push(error),
  }
  const began = house.clock.now
  let asked = 0
  const now = () => {
    asked += 1
    if (asked === 40) stop.abort()
    house.clock.now += 5000
    return house.clock.now
  }
  await runDemo({ ...steps, now })
  expect(errors).toEqual([])
  expect((await client.getFleet()).counts.stale).toBe(6)
  const live = await house.database.raw(
    `SELECT count(*) AS n FROM entries WHERE workspace_id = 'demo'
      AND pseq > 0 AND CAST(header AS TEXT) ->> 'ts' > ?`,
    [began + 5000],
  )
  expect(live[0]?.n).toBeGreaterThan(0)
})

test('the generator repeats itself by seed and spreads evenly', () => {
  const draw = (seed: string) => {
    const random = createRandom(seed)
    return Array.from({ length: 2000 }, () => random.next())
  }
  expect(draw('a')).toEqual(draw('a'))
  expect(draw('a')).not.toEqual(draw('b'))
  const mean = draw('a').reduce((sum, value) => sum + value, 0) / 2000
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.02)
})
