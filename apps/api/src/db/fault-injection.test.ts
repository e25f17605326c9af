import { randomBytes } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createBell } from '../stream/bell.ts'
import { openAt, openTestDatabase, type TestDatabase } from '../testing/database.ts'
import { expectWhole } from '../testing/whole-log.ts'
import { type Connection, openConnection } from './connection.ts'
import { createDoors } from './doors.ts'
import { runBatch } from './log-group.ts'
import type { RecordEvent } from './write.ts'
import { createWriteQueue } from './write-queue.ts'

const event = (key: string): RecordEvent => ({
  type: 'key.revoked',
  workspace: 'default',
  actor: { kind: 'installation', id: 'test' },
  data: { key },
})

/** fails: the statement alone, as a broken constraint. ends: the transaction with it, as SQLITE_FULL and SQLITE_IOERR do. */
type Harm = 'fails' | 'ends'

/** Throws instead of running statement `at`, counted from 0, once. */
const breakAt = (connection: Connection, at: number, harm: Harm) => {
  let count = -1
  const broken: Connection = {
    exec: connection.exec,
    close: connection.close,
    get inTransaction() {
      return connection.inTransaction
    },
    run(statement) {
      count += 1
      if (count !== at) return connection.run(statement)
      if (harm === 'ends' && connection.inTransaction) connection.exec('ROLLBACK')
      throw new Error(`injected at ${statement.sql.slice(0, 40)}`)
    },
  }
  return { broken, count: () => count + 1 }
}

/** A log whose next entries fill a tile, in a file to copy. */
let seed: TestDatabase
beforeAll(async () => {
  seed = await openTestDatabase()
  const filled = Array.from({ length: 254 }, (_, n) => event(`before ${n}`))
  await seed.record({ workspace: 'default', entries: [], events: filled })
  await seed.raw('PRAGMA wal_checkpoint(TRUNCATE)')
})
afterAll(() => seed.cleanup())

/** Three calls of one group. Returns how many statements were run for them. */
const strike = async (at: number, harm: Harm): Promise<number> => {
  const path = `${seed.path}.${at}.${harm}`
  copyFileSync(seed.path, path)
  const writer = openConnection({ path, busyMs: 50 })
  const { broken, count } = breakAt(writer, at, harm)
  const queue = createWriteQueue(() => broken)
  const { record } = createDoors({
    commit: (batch) => queue.atomic((connection, log) => runBatch(connection, log, batch)),
    bell: createBell(),
    now: Date.now,
    randomBytes,
  })
  const row = { sql: "UPDATE workspaces SET name = 'x' WHERE id = 'default'", args: [], expect: 1 }
  const keys = ['one', 'two', 'three']
  const calls = await Promise.allSettled(keys.map((key) => record(event(key), row)))
  const ran = count()
  const told = keys.filter((_, index) => calls[index]?.status === 'fulfilled')
  // The next one works, with no memory of places that were given back.
  if (at < ran)
    expect(await record(event('after'))).toEqual({ firstSeq: 254 + told.length, size: 255 + told.length })
  writer.close()
  const database = await openAt(`file:${path}`, {}, () => {})
  await expectWhole(database, 'default')
  expect(await readKeys(database)).toEqual(at < ran ? [...told, 'after'] : told)
  await database.cleanup()
  return ran
}

const readKeys = async (database: TestDatabase) =>
  (await database.raw("SELECT payload ->> 'key' AS key FROM payloads WHERE seq >= 254 ORDER BY seq")).map(
    ({ key }) => key,
  )

it.each(['fails', 'ends'] as const)(
  'a commit whose statement %s, whichever it is, leaves the log whole',
  async (harm) => {
    const statements = await strike(Number.POSITIVE_INFINITY, harm)
    expect(statements).toBeGreaterThan(20)
    for (let at = 0; at < statements; at += 1) await strike(at, harm)
  },
)
