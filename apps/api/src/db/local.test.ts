import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../testing/database.ts'
import { openDatabase } from './open.ts'
import { workspaces } from './schema.ts'
import type { IngestWrite } from './write.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await openTestDatabase()
})
afterEach(() => database.cleanup())

const rename = (name: string): IngestWrite => ({
  table: 'workspaces',
  sql: "UPDATE workspaces SET name = ? WHERE id = 'default'",
  args: [name],
  expect: 1,
})
const readName = async () => (await database.raw("SELECT name FROM workspaces WHERE id = 'default'"))[0]?.name
const parts = ['', '-wal', '-shm']
const move = (from: string, to: string) => {
  for (const part of parts) renameSync(from + part, to + part)
}
const deps = { now: Date.now, randomBytes: () => new Uint8Array(10) }
const away = { name: 'Fault', code: 'unavailable' }

it('says so while the file is gone, acknowledges nothing, and recovers when it is back', async () => {
  await database.ingest(rename('before'))
  move(database.path, `${database.path}.away`)
  await expect(database.ping()).rejects.toMatchObject(away)
  await expect(database.ingest(rename('lost'))).rejects.toMatchObject(away)
  await expect(readName()).rejects.toMatchObject(away)
  await expect(database.expectMigration()).rejects.toMatchObject(away)
  move(`${database.path}.away`, database.path)
  await database.ping()
  expect(await readName()).toBe('before')
  await database.ingest(rename('after'))
  expect(await readName()).toBe('after')
})

it('opens the file that took its place', async () => {
  const copy = `${database.path}.copy`
  await database.raw('SELECT 1')
  await database.ingest(rename('old'))
  const other = await openTestDatabase()
  await other.ingest(rename('restored'))
  await other.raw('PRAGMA wal_checkpoint(TRUNCATE)')
  copyFileSync(other.path, copy)
  await other.cleanup()
  for (const part of parts) rmSync(database.path + part, { force: true })
  renameSync(copy, database.path)
  await database.ping()
  expect(await readName()).toBe('restored')
  await database.ingest(rename('written to the new file'))
  const second = await openDatabase({ url: `file:${database.path}`, ...deps })
  const names = second.installation.rows(sql`SELECT name FROM workspaces WHERE id = 'default'`)
  expect(await names).toEqual([{ name: 'written to the new file' }])
  await second.close()
})

it('does not take another file for a database', async () => {
  for (const part of parts) rmSync(database.path + part, { force: true })
  writeFileSync(database.path, 'not a database at all, and long enough to be mistaken for one')
  await expect(database.ping()).rejects.toMatchObject(away)
  rmSync(database.path)
  writeFileSync(database.path, 'no database either, only longer. '.repeat(1000))
  await expect(database.ping()).rejects.toMatchObject(away)
  rmSync(database.path)
  writeFileSync(database.path, '')
  await expect(database.ping()).rejects.toMatchObject(away)
})

it('never makes a database by opening one', async () => {
  await expect(openDatabase({ url: `file:${database.path}.none`, ...deps })).rejects.toMatchObject(away)
})

it('lets timers run during a long row of reads and writes', async () => {
  let turns = 0
  const timer = setInterval(() => {
    turns += 1
  }, 0)
  for (let n = 0; n < 400; n += 1) await database.raw('SELECT ?', [n])
  const afterReads = turns
  for (let n = 0; n < 50; n += 1) await database.ingest(rename(String(n)))
  clearInterval(timer)
  expect(afterReads).toBeGreaterThan(2)
  expect(turns).toBeGreaterThan(afterReads)
})

it('does not show a reader what is not committed, nor let it write', async () => {
  await expect(database.raw('WITH x AS (SELECT 1) DELETE FROM guard')).rejects.toMatchObject({
    cause: { code: 'SQLITE_READONLY' },
  })
  const pending = database.ingest(rename('later'))
  expect(await readName()).toBe('Default')
  await pending
  expect(await readName()).toBe('later')
})

it('refuses calls after close with an error, not a crash', async () => {
  const second = await openDatabase({
    url: database.url,
    now: Date.now,
    randomBytes: () => new Uint8Array(10),
  })
  await second.close()
  await second.close()
  await expect(second.ingest(rename('x'))).rejects.toThrow()
  await expect(second.installation.$count(workspaces)).rejects.toThrow()
})

it('undoes what does not fit the disk, says so, and goes on once there is room', async () => {
  const insert = (name: string): IngestWrite => ({
    table: 'workspaces',
    sql: "INSERT INTO workspaces (id, name, kind, created_at) VALUES (?1, ?1, 'real', 0)",
    args: [name],
  })
  const pages = (await database.raw('PRAGMA page_count'))[0]?.page_count
  await database.raw(`PRAGMA max_page_count = ${Number(pages) + 3}`)
  const huge = 'x'.repeat(100_000)
  const outcomes = await Promise.allSettled([
    database.ingest(insert('small')),
    database.ingest(insert('torn'), insert(huge)),
    database.ingest(rename('fits')),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(outcomes[1]).toMatchObject({ reason: away })
  expect(await database.raw("SELECT id FROM workspaces WHERE id IN ('small', 'torn')")).toEqual([
    { id: 'small' },
  ])
  await database.raw('PRAGMA max_page_count = 100000')
  await database.ingest(insert(huge))
  expect(await readName()).toBe('fits')
})

it('does not let an open BEGIN swallow later writes', async () => {
  await database.raw('BEGIN')
  await database.ingest(rename('kept'))
  const second = await openDatabase({ url: database.url, ...deps })
  const names = second.installation.rows(sql`SELECT name FROM workspaces WHERE id = 'default'`)
  expect(await names).toEqual([{ name: 'kept' }])
  await second.close()
})

it('writes what was asked for before it closes', async () => {
  const second = await openDatabase({ url: database.url, ...deps })
  const pending = Promise.all([second.ingest(rename('first')), second.ingest(rename('last'))])
  await second.close()
  await pending
  expect(await readName()).toBe('last')
})
