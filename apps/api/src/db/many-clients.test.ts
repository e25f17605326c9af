import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findTemplate, openAt, type TestDatabase } from '../testing/database.ts'
import { type HranaPeer, startHranaPeer } from '../testing/hrana-peer.ts'
import { expectWhole } from '../testing/whole-log.ts'
import { openRemoteDatabase } from './open-remote.ts'
import type { RecordEvent } from './write.ts'

let folder: string
let peer: HranaPeer
let clients: TestDatabase[]
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'watchbill-clients-'))
  copyFileSync(await findTemplate(), join(folder, 'watchbill.db'))
  peer = await startHranaPeer({ path: join(folder, 'watchbill.db') })
  clients = await Promise.all([1, 2, 3, 4].map(() => openAt(peer.url, {}, () => {})))
})
afterEach(async () => {
  await Promise.all(clients.map((client) => client.cleanup()))
  await peer.close()
  rmSync(folder, { recursive: true, force: true })
})

const event = (key: string): RecordEvent => ({
  type: 'key.revoked',
  workspace: 'default',
  actor: { kind: 'installation', id: 'test' },
  data: { key },
})
const first = () => clients[0] ?? missing()
const missing = (): never => {
  throw new Error('no client was opened')
}

it('four clients of one server write one log: no fork, no gap, everyone told the right place', async () => {
  const calls = clients.flatMap((client, who) =>
    Array.from({ length: 75 }, async (_, n) => {
      const key = `${who} ${n}`
      return { key, ...(await client.record(event(key))) }
    }),
  )
  const told = await Promise.all(calls)
  await expectWhole(first(), 'default', 300)
  const rows = await first().raw("SELECT seq, payload ->> 'key' AS key FROM payloads ORDER BY seq")
  const places = told.map(({ firstSeq, key }) => ({ seq: firstSeq, key }))
  expect(rows).toEqual(places.sort((a, b) => a.seq - b.seq))
})

it('a client that remembers an older log is told, reads again and goes on', async () => {
  const [, second = missing()] = clients
  await first().record(event('a'))
  await second.record(event('b'))
  expect(await first().record(event('c'))).toEqual({ firstSeq: 2, size: 3 })
  await expectWhole(first(), 'default', 3)
})

it('at the edge requests do not wait for each other, and the guard alone keeps order', async () => {
  const now = Date.now
  const randomBytes = (count: number) => crypto.getRandomValues(new Uint8Array(count))
  const edge = await openRemoteDatabase({ url: peer.url, now, randomBytes })
  const told = await Promise.all(Array.from({ length: 20 }, (_, n) => edge.record(event(`edge ${n}`))))
  expect(told.map(({ firstSeq }) => firstSeq).sort((a, b) => a - b)).toEqual(told.map((_, n) => n))
  await expectWhole(first(), 'default', 20)
  await edge.close()
})

it('an answer that was cut off leaves the log whole, and the next entry finds its place', async () => {
  await first().record(event('a'))
  peer.faults.cutNext = 1
  await expect(first().record(event('b'))).rejects.toMatchObject({ code: 'unavailable' })
  await first().record(event('c'))
  await expectWhole(first(), 'default', 3)
})
