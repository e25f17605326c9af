import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../testing/database.ts'

const run = promisify(execFile)
const writer = fileURLToPath(new URL('../testing/writer-process.ts', import.meta.url))

let database: TestDatabase
beforeEach(async () => {
  database = await openTestDatabase()
})
afterEach(() => database.cleanup())

/** Another process opens the file, writes, and closes it as its last user would. */
const visit = () => run(process.execPath, ['--import', 'tsx', writer, database.url, 'visitor', '10'])

/** What is on the disk, by a process that shares no memory with this one. */
const seenByOthers = async (sql: string): Promise<string> => {
  const program = `const db = new (require('libsql'))(process.argv[1]); console.log(db.prepare(process.argv[2]).raw(true).get()[0])`
  return (await run(process.execPath, ['-e', program, database.path, sql])).stdout.trim()
}

const rename = (name: string) =>
  database.ingest({
    table: 'workspaces',
    sql: "UPDATE workspaces SET name = ? WHERE id = 'default'",
    args: [name],
    expect: 1,
  })
const name = "SELECT name FROM workspaces WHERE id = 'default'"

it('keeps its locks through a probe: another process that comes and goes does not take the log away', async () => {
  await rename('first')
  await database.ping()
  await visit()
  expect(existsSync(`${database.path}-wal`)).toBe(true)
  await database.ping()
  await rename('second')
  expect(await seenByOthers(name)).toBe('second')
  expect((await database.raw(name))[0]?.name).toBe('second')
})
