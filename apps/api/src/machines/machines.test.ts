import type { Client } from '@watchbill/contract/client'
import type { MachineReport } from '@watchbill/contract/machines'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { at, sampleId, sampleSnapshot } from '../testing/fleet-samples.ts'

let house: TestApp
let client: Client
let now: number

beforeEach(async () => {
  house = await createTestApp()
  client = house.client(await house.key(['snapshot:write', 'fleet:read']))
  now = house.clock.now
})
afterEach(() => house.close())

const id = sampleId('mch', 1)
const machine: MachineReport = {
  name: 'laptop',
  os: 'linux',
  arch: 'x64',
  daemonVersion: '0.1.0',
  daemonStartedAt: at(Date.UTC(2026, 10, 20)),
  ttlMs: 30_000,
  lookedAt: [
    { runtime: 'codex', path: '~/.codex/sessions', state: 'absent', reason: null, sessionCount: null },
  ],
  unread: [{ what: 'damaged line', count: 2 }],
}
const put = (more: Partial<MachineReport> = {}) =>
  client.putMachine({ params: { id }, body: { machine: { ...machine, ...more } } })
const journal = async () =>
  (await house.database.raw("SELECT count(*) AS n FROM changes WHERE kind = 'machine'"))[0]?.n

test('a machine is listed as it last spoke, until its ttl runs out', async () => {
  await put()
  await client.postSnapshots({ body: { snapshots: [sampleSnapshot(1, now)] } })
  const { machines } = await client.listMachines()
  expect(machines).toEqual(
    [
      {
        id,
        ...machine,
        ttlMs: undefined,
        firstSeenAt: at(now),
        lastSeenAt: at(now),
        staleAt: at(now + 30_000),
        reporting: true,
        skewMs: null,
        agentCount: 1,
      },
    ].map(({ ttlMs: _, ...rest }) => rest),
  )
  house.clock.now += 30_000
  expect((await client.listMachines()).machines[0]?.reporting).toBe(false)
})

test('streams hear of a machine when it says something new or comes back, not each time it speaks', async () => {
  await put()
  expect(await journal()).toBe(1)
  house.clock.now += 20_000
  await put()
  expect(await journal()).toBe(1)
  await put({ unread: [] })
  expect(await journal()).toBe(2)
  house.clock.now += 30_000
  await put({ unread: [] })
  expect(await journal()).toBe(3)
})

test('a snapshot keeps its machine alive and does not overwrite what the daemon said', async () => {
  await put()
  house.clock.now += 20_000
  await client.postSnapshots({
    body: { snapshots: [sampleSnapshot(1, house.clock.now, { machine: { name: 'other' } })] },
  })
  const [seen] = (await client.listMachines()).machines
  expect(seen).toMatchObject({ name: 'laptop', os: 'linux', lastSeenAt: at(house.clock.now) })
})

test('a machine credential speaks for its own machine only', async () => {
  const admin = house.client(await house.key(['machine:enroll']))
  const { token } = await admin.createEnrollment({ body: {} })
  const { machineId, credential } = await house.client(token).joinMachine({ body: { name: 'laptop' } })
  const own = house.client(credential)
  await expect(own.putMachine({ params: { id }, body: { machine } })).rejects.toMatchObject({
    code: 'forbidden',
    errors: [{ pointer: 'path.id' }],
  })
  await own.putMachine({ params: { id: machineId }, body: { machine } })
  expect((await client.listMachines()).machines.map((row) => row.id)).toEqual([machineId])
})
