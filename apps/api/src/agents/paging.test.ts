import { agentSorts } from '@watchbill/contract/agents'
import type { Client } from '@watchbill/contract/client'
import { sessionSorts } from '@watchbill/contract/sessions'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { at, sampleId, sampleSession, sampleSnapshot, waitingSession } from '../testing/fleet-samples.ts'

let house: TestApp | undefined
afterEach(async () => {
  await house?.close()
  house = undefined
})

const fleetSize = 30
const runs = process.env.WATCHBILL_DRILLS === '1' ? 30 : 3

const drawn = fc.record({
  kinds: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: fleetSize, maxLength: fleetSize }),
  names: fc.array(fc.constantFrom('same', 'Ähnlich', 'Zebra', '😀'), {
    minLength: fleetSize,
    maxLength: fleetSize,
  }),
  limit: fc.integer({ min: 1, max: 11 }),
  /** Agents that change between two pages, over and over. */
  moving: fc.uniqueArray(fc.integer({ min: 0, max: fleetSize - 1 }), { maxLength: 6 }),
})

const snapshotOf = (index: number, kind: number, name: string, now: number) => {
  const tokens = { input: kind * 10, cacheRead: null, cacheWrite: null, output: null, reasoning: null }
  const session =
    kind === 1
      ? waitingSession(index, now - kind * 1000)
      : sampleSession(index, {
          state: kind === 2 ? 'working' : 'idle',
          lastActivityAt: at(now - kind),
          tokens,
        })
  return sampleSnapshot(index, now - (index % 3) * 1000, {
    agent: { name },
    health: kind === 3 ? 'unhealthy' : 'healthy',
    liveness: kind === 4 ? 'stopped' : 'running',
    sessions: kind === 5 ? [] : [session],
  })
}

type Page = { ids: string[]; nextCursor: string | null; total: number }
type ReadPage = (cursor: string | undefined) => Promise<Page>

const readAll = async (readPage: ReadPage, between: () => Promise<void> = async () => {}) => {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await readPage(cursor)
    ids.push(...page.ids)
    cursor = page.nextCursor ?? undefined
    if (cursor !== undefined) await between()
  } while (cursor !== undefined)
  return ids
}

const readersOf = (client: Client, limit: number): { name: string; read: ReadPage; whole: ReadPage }[] => {
  const withCursor = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor })
  const agents = (sort: (typeof agentSorts)[number], size: number) => async (cursor: string | undefined) => {
    const page = await client.listAgents({ query: { sort, limit: String(size), ...withCursor(cursor) } })
    return { ...page, ids: page.agents.map(({ id }) => id) }
  }
  const sessions =
    (sort: (typeof sessionSorts)[number], size: number) => async (cursor: string | undefined) => {
      const page = await client.listSessions({ query: { sort, limit: String(size), ...withCursor(cursor) } })
      return { ...page, ids: page.sessions.map(({ id }) => id) }
    }
  return [
    ...agentSorts.map((sort) => ({
      name: `agents by ${sort}`,
      read: agents(sort, limit),
      whole: agents(sort, 500),
    })),
    ...sessionSorts.map((sort) => ({
      name: `sessions by ${sort}`,
      read: sessions(sort, limit),
      whole: sessions(sort, 500),
    })),
  ]
}

const startFleet = async ({ kinds, names }: { kinds: number[]; names: string[] }) => {
  await house?.close()
  house = await createTestApp()
  const { clock } = house
  const client = house.client(await house.key(['snapshot:write', 'fleet:read']))
  const snapshots = kinds.map((kind, index) => snapshotOf(index, kind, names[index] ?? 'same', clock.now))
  await client.postSnapshots({ body: { snapshots } })
  return { client, clock }
}

test('under every sort the pages together are the whole list, in order, even while time goes by', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async ({ kinds, names, limit }) => {
      const { client, clock } = await startFleet({ kinds, names })
      const tick = async () => {
        clock.now += 7000
      }
      for (const { name, read, whole } of readersOf(client, limit)) {
        const all = await whole(undefined)
        expect(all.nextCursor).toBeNull()
        expect(new Set(all.ids).size, name).toBe(all.total)
        expect(await readAll(read, tick), name).toEqual(all.ids)
      }
    }),
    { numRuns: runs },
  )
})

test('rows that change between pages are never shown twice, and the others all are', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async ({ kinds, names, limit, moving }) => {
      const { client, clock } = await startFleet({ kinds, names })
      const change = async () => {
        clock.now += 10
        const snapshots = moving.map((index) =>
          snapshotOf(
            index,
            clock.now % 5,
            `${clock.now % 2 === 0 ? 'AAA' : 'zzz'}${clock.now}`,
            clock.now + 5000,
          ),
        )
        if (snapshots.length > 0) await client.postSnapshots({ body: { snapshots } })
      }
      for (const { name, read, whole } of readersOf(client, limit)) {
        const before = await whole(undefined)
        const ids = await readAll(read, change)
        expect(new Set(ids).size, name).toBe(ids.length)
        const moved = new Set(moving.flatMap((index) => [sampleId('agt', index), sampleId('ses', index)]))
        const still = (id: string) => !moved.has(id)
        expect(ids.filter(still), name).toEqual(before.ids.filter(still))
      }
    }),
    { numRuns: runs },
  )
})

test('heartbeats between pages leave no row out', async () => {
  const { client, clock } = await startFleet({
    kinds: Array(fleetSize).fill(2),
    names: Array(fleetSize).fill('same'),
  })
  const beat = async () => {
    clock.now += 25_000
    const snapshots = Array.from({ length: fleetSize }, (_, index) =>
      sampleSnapshot(index, clock.now, { agent: { name: 'same' } }),
    )
    await client.postSnapshots({ body: { snapshots } })
  }
  for (const { name, read, whole } of readersOf(client, 7).filter(
    (reader) => !reader.name.endsWith('seen'),
  )) {
    const { ids } = await whole(undefined)
    expect(await readAll(read, beat), name).toEqual(ids)
  }
})
