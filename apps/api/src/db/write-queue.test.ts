import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Connection, openConnection } from './connection.ts'
import { createWriteQueue, type WriteQueue } from './write-queue.ts'

let folder: string
let writer: Connection
let reader: Connection
let queue: WriteQueue
let commits: number

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchbill-queue-'))
  const path = join(folder, 'queue.db')
  writer = openConnection({ path, busyMs: 50 })
  writer.exec('CREATE TABLE items (n INTEGER PRIMARY KEY CHECK (n < 1000)) STRICT')
  reader = openConnection({ path, busyMs: 50, queryOnly: true })
  commits = 0
  queue = createWriteQueue(() => countCommits(writer))
})
afterEach(() => {
  reader.close()
  writer.close()
  rmSync(folder, { recursive: true, force: true })
})

const countCommits = (connection: Connection): Connection => ({
  exec: connection.exec,
  close: connection.close,
  get inTransaction() {
    return connection.inTransaction
  },
  run(statement) {
    if (statement.sql === 'COMMIT') commits += 1
    return connection.run(statement)
  },
})

const insert = (n: number) => (connection: Connection) =>
  connection.run({ sql: 'INSERT INTO items (n) VALUES (?)', args: [BigInt(n)] })
const readItems = () =>
  reader.run({ sql: 'SELECT n FROM items ORDER BY n', args: [] }).rows.map((row) => Number(row.n))

it('commits calls of one turn together, each acknowledged only once it can be read elsewhere', async () => {
  const calls = Array.from({ length: 100 }, async (_, n) => {
    await queue.atomic(insert(n))
    expect(readItems()).toContain(n)
  })
  expect(readItems()).toEqual([])
  await Promise.all(calls)
  expect(readItems()).toHaveLength(100)
  // One, but for what a busy machine takes longer over than a group may wait.
  expect(commits).toBeLessThan(50)
})

it('undoes the whole of a failed call and nothing of its neighbours', async () => {
  const outcomes = await Promise.allSettled([
    queue.atomic(insert(1)),
    queue.atomic((connection) => [insert(2)(connection), insert(5000)(connection)]),
    queue.atomic(() => {
      throw new Error('ours')
    }),
    queue.atomic(insert(3)),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
  expect(readItems()).toEqual([1, 3])
  expect(commits).toBe(1)
})

it('gives every call its own transaction when one call ends the shared one', async () => {
  const outcomes = await Promise.allSettled([
    queue.atomic(insert(1)),
    queue.atomic((connection) => {
      insert(2)(connection)
      connection.exec('ROLLBACK')
      throw new Error('the disk is full')
    }),
    queue.atomic(insert(3)),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(readItems()).toEqual([1, 3])
})

it('keeps first come, first served across calls that must stand alone', async () => {
  const order: string[] = []
  const note = (name: string) => () => {
    order.push(`${name} ${writer.inTransaction ? 'inside' : 'outside'}`)
  }
  await Promise.all([
    queue.atomic(note('a')),
    queue.alone(note('b')),
    queue.atomic(note('c')),
    queue.atomic(note('d')),
  ])
  expect(order).toEqual(['a inside', 'b outside', 'c inside', 'd inside'])
})

it('waits for a lock held by others and then writes', async () => {
  const other = openConnection({ path: join(folder, 'queue.db'), busyMs: 0 })
  other.exec('BEGIN IMMEDIATE')
  const call = queue.atomic(insert(7))
  await new Promise((resolve) => setTimeout(resolve, 120))
  expect(readItems()).toEqual([])
  other.exec('COMMIT')
  await call
  expect(readItems()).toEqual([7])
  other.close()
})

it('fails every waiting call when there is no database, and goes on when there is one', async () => {
  let there = false
  const fragile = createWriteQueue(() => {
    if (!there) throw new Error('gone')
    return writer
  })
  const outcomes = await Promise.allSettled([
    fragile.atomic(insert(1)),
    fragile.alone(insert(2)),
    fragile.atomic(insert(3)),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  there = true
  await fragile.atomic(insert(4))
  expect(readItems()).toEqual([4])
})
