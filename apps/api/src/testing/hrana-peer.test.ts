import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@libsql/client/http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openRemote } from '../db/remote.ts'
import { type HranaPeer, startHranaPeer } from './hrana-peer.ts'
import { until } from './until.ts'

let folder: string
let peer: HranaPeer
let client: Client

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'watchbill-peer-'))
  peer = await startHranaPeer({ path: join(folder, 'peer.db'), token: 'secret' })
  client = createClient({ url: peer.url, authToken: 'secret' })
  await client.execute('CREATE TABLE items (n INTEGER PRIMARY KEY, name TEXT)')
})
afterEach(async () => {
  client.close()
  await peer.close()
  rmSync(folder, { recursive: true, force: true })
})

const names = async () =>
  (await client.execute('SELECT name FROM items ORDER BY n')).rows.map((row) => row.name)

it('speaks to the upstream client: batches, interactive transactions, scripts, named arguments', async () => {
  await client.batch([{ sql: 'INSERT INTO items (name) VALUES (:name)', args: { name: 'a' } }], 'write')
  await expect(
    client.batch(["INSERT INTO items (name) VALUES ('bad')", 'SELECT nope'], 'write'),
  ).rejects.toThrow(/nope/)
  const transaction = await client.transaction('write')
  await transaction.execute("INSERT INTO items (name) VALUES ('b')")
  expect(await names()).toEqual(['a'])
  await transaction.commit()
  const undone = await client.transaction('write')
  await undone.execute("INSERT INTO items (name) VALUES ('c')")
  await undone.rollback()
  await client.executeMultiple("INSERT INTO items (name) VALUES ('d'); INSERT INTO items (name) VALUES ('e')")
  await client.migrate(['ALTER TABLE items ADD COLUMN more TEXT'])
  expect(await names()).toEqual(['a', 'b', 'd', 'e'])
})

it('refuses a missing or wrong token', async () => {
  const stranger = createClient({ url: peer.url, authToken: 'guess' })
  await expect(stranger.execute('SELECT 1')).rejects.toThrow(/401/)
  expect((await fetch(`${peer.url}/v2/pipeline`, { method: 'POST', body: '{}' })).status).toBe(401)
})

it('refuses what is not a Hrana request', async () => {
  const headers = { authorization: 'Bearer secret' }
  const body = JSON.stringify({ requests: [{ type: 'dance' }] })
  expect((await fetch(`${peer.url}/v2/pipeline`, { method: 'POST', headers, body })).status).toBe(400)
  expect((await fetch(`${peer.url}/v3/pipeline`, { method: 'POST', headers, body })).status).toBe(404)
})

it('lets an idle transaction expire and undoes it', async () => {
  const transaction = await client.transaction('write')
  // Of the pause behind this one only: whether it comes soon enough itself is not the question.
  peer.faults.streamTtlMs = 20
  await transaction.execute("INSERT INTO items (name) VALUES ('lost')")
  await new Promise((resolve) => setTimeout(resolve, 80))
  await expect(transaction.commit()).rejects.toThrow(/expired/)
  expect(await names()).toEqual([])
})

it('waits for a lock that another stream holds', async () => {
  const backend = openRemote({ url: peer.url, authToken: 'secret' })
  const holder = await client.transaction('write')
  await holder.execute("INSERT INTO items (name) VALUES ('first')")
  const waiting = backend.commit(insertItem('second'))
  await new Promise((resolve) => setTimeout(resolve, 60))
  await holder.commit()
  await waiting
  expect(await names()).toEqual(['first', 'second'])
  await backend.close()
})

it('shows a server that is away, failing or cut off as unavailable, and works again afterwards', async () => {
  const backend = openRemote({ url: peer.url, authToken: 'secret' })
  const write = () => backend.commit(insertItem('x'))
  const away = { code: 'unavailable' }
  peer.faults.down = true
  await expect(backend.ping()).rejects.toMatchObject(away)
  await expect(write()).rejects.toMatchObject(away)
  peer.faults.down = false
  peer.faults.failNext = 1
  await expect(write()).rejects.toMatchObject(away)
  expect(await names()).toEqual([])
  peer.faults.cutNext = 1
  await expect(write()).rejects.toMatchObject(away)
  expect(await names()).toEqual(['x'])
  // A ping has a second; a busy machine may need another try.
  const [yes, no] = [() => true, () => false]
  await until(() => backend.ping().then(yes, no))
  peer.faults.latencyMs = 1500
  await expect(backend.ping()).rejects.toMatchObject(away)
  peer.faults.latencyMs = 0
  await until(() => backend.ping().then(yes, no))
  await backend.close()
})

it('keeps a stream under its baton, which is good once', async () => {
  const post = async (baton: string | null, requests: object[]) => {
    const headers = { authorization: 'Bearer secret' }
    const body = JSON.stringify({ baton, requests })
    const response = await fetch(`${peer.url}/v2/pipeline`, { method: 'POST', headers, body })
    return { status: response.status, body: await response.json() }
  }
  const opened = await post(null, [
    { type: 'store_sql', sql_id: 1, sql: 'BEGIN IMMEDIATE' },
    { type: 'execute', stmt: { sql_id: 1 } },
    { type: 'close_sql', sql_id: 1 },
    { type: 'execute', stmt: { sql_id: 1 } },
    { type: 'get_autocommit' },
    { type: 'describe', sql: 'SELECT n FROM items' },
  ])
  expect(opened.body.results.map((result: { type: string }) => result.type)).toEqual([
    ...['ok', 'ok', 'ok', 'error', 'ok', 'ok'],
  ])
  expect(opened.body.results[4].response).toEqual({ type: 'get_autocommit', is_autocommit: false })
  expect(opened.body.results[5].response.result).toMatchObject({ cols: [{ name: 'n', decltype: 'INTEGER' }] })
  const { baton } = opened.body
  expect((await post(baton, [{ type: 'close' }])).body.baton).toBeNull()
  expect((await post(baton, [{ type: 'close' }])).status).toBe(400)
  expect((await post('invented', [{ type: 'close' }])).status).toBe(400)
})

const insertItem = (name: string) => ({
  statements: [{ sql: 'INSERT INTO items (name) VALUES (?)', args: [name] }],
  append: null,
})
