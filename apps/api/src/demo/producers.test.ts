import { type Client, createClient } from '@watchbill/contract/client'
import { eventTypes } from '@watchbill/contract/events'
import { commitment, type EntryHeader, parseHeader } from '@watchbill/ledger'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { removeWorkspace } from '../identity/workspace.ts'
import { createTestApp, type TestApp, testUrl } from '../testing/app.ts'
import { expectWhole } from '../testing/whole-log.ts'
import { castOf } from './cast.ts'
import { factsBetween } from './facts.ts'
import { postPresent, putMachines } from './feed.ts'
import { createDemoProducers, type DemoProducers } from './producers.ts'

const scopes = ['snapshot:write', 'entry:write', 'fleet:read', 'audit:read'] as const
const randomBytes = (count: number) => crypto.getRandomValues(new Uint8Array(count))
const telling = { seed: 'story', workspace: 'demo', randomBytes }

let house: TestApp
let token: string
let client: Client
let producers: DemoProducers
beforeAll(async () => {
  house = await createTestApp()
  token = await house.key(scopes, 'demo')
  client = house.client(token)
  const { now } = house.clock
  const { machines, agents } = castOf('story')
  await putMachines(client, machines, now)
  await postPresent(client, agents, 'story', now, now)
  producers = createDemoProducers({ ...telling, anchor: now })
  await producers.tell(client, now)
})
afterAll(() => house.close())

const headersOf = async (): Promise<EntryHeader[]> =>
  (await expectWhole(house.database, 'demo')).map((text) => parseHeader(new TextEncoder().encode(text)))
const told = async () => (await headersOf()).filter(({ agent }) => agent !== null)

test('every machine with session files is a producer, and their chains are whole in one log', async () => {
  const headers = await told()
  expect(headers.length).toBeGreaterThan(300)
  expect(headers.length).toBeLessThan(1500)
  const { producers } = await client.listProducers()
  expect(producers).toHaveLength(14)
  expect(producers.reduce((sum, { nextPseq }) => sum + nextPseq, 0)).toBe(headers.length)
  expect(producers.reduce((sum, { equivocations }) => sum + equivocations, 0)).toBe(0)
  const machineOf = new Map(castOf('story').agents.map(({ id, machine }) => [id, machine.id]))
  const pairs = new Set(headers.map(({ producer, agent }) => `${producer} ${machineOf.get(agent ?? '')}`))
  expect(pairs.size).toBe(14)
})

test('they tell of a day up to now, with everything that can be decided', async () => {
  const headers = await told()
  const { now } = house.clock
  const times = headers.map(({ ts }) => ts)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(times.at(0)).toBeGreaterThan(now - 24 * 3_600_000)
  expect(times.at(-1)).toBeLessThanOrEqual(now)
  expect(times.filter((ts) => ts > now - 600_000).length).toBeGreaterThan(20)
  expect(new Set(headers.map(({ decision }) => decision))).toEqual(
    new Set([undefined, 'allow', 'ask', 'deny']),
  )
  const silent = new Set(castOf('story').agents.flatMap(({ id, machine }) => (machine.silent ? id : [])))
  const last = headers.filter(({ agent }) => silent.has(agent ?? '')).map(({ ts }) => ts)
  expect(Math.max(...last)).toBeLessThanOrEqual(now - 3 * 3_600_000)
  const types = new Set(headers.map(({ type }) => type))
  const unheard = new Set(['subagent.started', 'subagent.finished', 'model.failed'])
  expect(types).toEqual(new Set(eventTypes.filter((type) => !unheard.has(type))))
})

test('the page lists them, opened, and their sessions are those of the fleet', async () => {
  const { entries, size } = await client.listEntries({ query: { limit: '200' } })
  const known = await house.database.raw("SELECT id, agent_id FROM sessions WHERE workspace_id = 'demo'")
  const agentOf = new Map(known.map(({ id, agent_id }) => [id, agent_id]))
  expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, index) => size - 1 - index))
  for (const { header: text, payload, members } of entries) {
    const header = parseHeader(new TextEncoder().encode(text))
    expect(payload).toBe('shown')
    expect(commitment.checkDisclosure(header, members ?? [])).toBe(true)
    const session = members?.flatMap((one) => ('name' in one && one.name === 'session' ? [one.value] : []))
    expect(agentOf.get(session?.at(0))).toBe(header.agent)
  }
})

test('what the fleet page asks for attention stands in the log: a push nobody answered, a test run 14 times', async () => {
  const headers = await told()
  const of = (part: string) => {
    const agent = castOf('story').agents.find((one) => one.part === part)
    return headers.filter((header) => header.agent === agent?.id)
  }
  expect(of('waits').at(-1)).toMatchObject({ type: 'permission.asked', ts: house.clock.now - 240_000 })
  const late = of('loops').filter(({ ts }) => ts > house.clock.now - 900_000)
  expect(late.filter(({ type }) => type === 'tool.called')).toHaveLength(14)
})

test('however time is cut, each fact is told once', () => {
  const { agents } = castOf('story')
  const [from, to] = [house.clock.now - 7_200_000, house.clock.now + 900_000]
  const between = (start: number, end: number) =>
    factsBetween(agents, { anchor: house.clock.now, from: start, to: end })
  const keys = (facts: ReturnType<typeof between>) =>
    facts.map(({ agent, at, type }) => `${at} ${agent.id} ${type}`).sort()
  const cuts = [from, from + 1, from + 3_600_000, house.clock.now - 3, house.clock.now, to - 61_000, to]
  const pieces = cuts.slice(1).flatMap((end, index) => between(cuts[index] ?? end, end))
  expect(keys(pieces)).toEqual(keys(between(from, to)))
  expect(new Set(keys(pieces)).size).toBeGreaterThan(0)
})

describe('going on', () => {
  test('a few a minute are added to the chains that stand', async () => {
    const before = (await told()).length
    const { now } = house.clock
    for (let minute = 1; minute <= 10; minute += 1) await producers.tell(client, now + minute * 60_000)
    const added = (await told()).slice(before)
    expect(added.every(({ ts, pseq }) => ts > now && pseq > 0)).toBe(true)
    expect(added.length).toBeGreaterThan(20)
    expect(added.length).toBeLessThan(120)
    expect((await client.listProducers()).producers).toHaveLength(14)
  })

  test('answers that get lost leave the chain whole: the same entries are sent again', async () => {
    let calls = 0
    const lossy: typeof fetch = async (input, init) => {
      const answer = await house.app.fetch(new Request(input, init))
      calls += 1
      if (calls % 2 === 1) throw new TypeError('the connection was lost')
      return answer
    }
    const shaky = createClient({ baseUrl: testUrl, fetch: lossy, token })
    const anew = createDemoProducers({ ...telling, anchor: house.clock.now })
    const before = (await told()).length
    for (let tries = 0; tries < 10; tries += 1) {
      await anew.tell(shaky, house.clock.now).catch(() => undefined)
    }
    const { agents } = castOf('story')
    const span = { anchor: house.clock.now, from: house.clock.now - 86_400_000, to: house.clock.now }
    expect((await told()).length - before).toBe(factsBetween(agents, span).length)
    expect((await client.listProducers()).producers.every(({ equivocations }) => equivocations === 0)).toBe(
      true,
    )
  })

  test('a server that lost what it had is told by new producers', async () => {
    const other = await createTestApp()
    const elsewhere = other.client(await other.key(scopes, 'demo'))
    const anew = createDemoProducers({ ...telling, anchor: house.clock.now })
    await anew.tell(client, house.clock.now)
    await expect(anew.tell(elsewhere, house.clock.now + 600_000)).rejects.toMatchObject({
      code: 'conflict',
    })
    await anew.tell(elsewhere, house.clock.now + 1_200_000)
    expect((await elsewhere.listProducers()).producers.length).toBeGreaterThan(0)
    await other.close()
  })

  test('removing the demo takes all of it along', async () => {
    const tables = await house.database.raw(
      `SELECT t.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND c.name = 'workspace_id'`,
    )
    const left = async () => {
      const counts = tables.map(({ name }) =>
        house.database.raw(
          `SELECT '${String(name)}' AS name FROM ${String(name)} WHERE workspace_id = 'demo'`,
        ),
      )
      return new Set((await Promise.all(counts)).flat().map(({ name }) => name))
    }
    expect(await left()).toContain('payloads')
    await removeWorkspace(house.deps, { kind: 'installation', id: 'test' }, ['demo'], 'demo')
    expect(await left()).toEqual(new Set())
  })
})
