import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import Database from 'libsql'
import { describe, expect, it } from 'vitest'
import { drillCount, testFolder } from '../../testing/folder.ts'
import { readStateRow } from './state-row.ts'
import { applyWal, DatabaseError } from './wal.ts'

const columns = 'id INTEGER PRIMARY KEY CHECK(id = 1), updated_at TEXT NOT NULL, data TEXT NOT NULL'
const table = `CREATE TABLE session_state (${columns})`
const time = '2026-03-02T09:04:12.481Z'

/** The bytes of a plain database after these statements. */
const databaseOf = async (...statements: readonly string[]): Promise<Uint8Array> => {
  const path = join(await testFolder(), 'state.db')
  const database = new Database(path)
  for (const statement of statements) database.exec(statement)
  database.close()
  return new Uint8Array(await readFile(path))
}

const rowOf = async (...statements: readonly string[]) =>
  readStateRow(applyWal(await databaseOf(...statements), null))

describe('the state row of a private image', () => {
  it('gives time and data as they stand', async () => {
    const row = await rowOf(table, `INSERT INTO session_state VALUES (1, '${time}', '{"state":"idle"}')`)
    expect(row).toEqual({ updatedAt: time, data: '{"state":"idle"}' })
  })

  it('is null without the table and without the row', async () => {
    expect(await rowOf('CREATE TABLE other (a)')).toBeNull()
    expect(await rowOf(table)).toBeNull()
  })

  it('takes columns a later version may add', async () => {
    const insert = `INSERT INTO session_state VALUES (1, '${time}', 'null', 7)`
    const row = await rowOf(`CREATE TABLE session_state (${columns}, more INTEGER)`, insert)
    expect(row?.data).toBe('null')
  })

  it.each([
    [
      'a view that never ends',
      [
        `CREATE VIEW session_state AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)
         SELECT id, 'x' AS updated_at, 'x' AS data FROM n WHERE id = 0`,
      ],
    ],
    [
      'a generated column that eats memory',
      [
        `CREATE TABLE session_state (id INTEGER PRIMARY KEY, updated_at TEXT,
         data TEXT GENERATED ALWAYS AS (hex(zeroblob(4000000))) VIRTUAL)`,
        "INSERT INTO session_state (id, updated_at) VALUES (1, 'x')",
      ],
    ],
    ['a table without that key', ['CREATE TABLE session_state (id TEXT, updated_at TEXT, data TEXT)']],
    ['a virtual table', ['CREATE VIRTUAL TABLE session_state USING fts5(id, updated_at, data)']],
  ])('refuses %s', async (_, statements) => {
    await expect(rowOf(...statements)).rejects.toThrow('session_state is not the table of this runtime')
  })

  it('refuses numbers, blobs and too much text', async () => {
    const insert = (what: string) => `INSERT INTO session_state VALUES (1, '${time}', ${what})`
    await expect(rowOf(table, insert("x'00'"))).rejects.toThrow('session_state holds no text')
    await expect(rowOf(table, insert('hex(zeroblob(600000))'))).rejects.toThrow('over 1 MiB')
  })

  it('refuses a schema that is a tree', async () => {
    const many = Array.from({ length: 200 }, (_, index) => `CREATE TABLE t${index} (a)`)
    await expect(rowOf(...many)).rejects.toThrow('its list of tables is not one page')
  })

  it('ends with a row, none or a DatabaseError, whatever bytes were changed', async () => {
    const sound = await databaseOf(
      table,
      `INSERT INTO session_state VALUES (1, '${time}', '${'x'.repeat(9000)}')`,
    )
    const change = fc.tuple(fc.nat(sound.length - 1), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
        const bytes = sound.slice()
        // Half of them where the headers are: elsewhere a random byte is mostly padding.
        for (const [index, [at, value]] of changes.entries())
          bytes.set([value], index % 2 === 0 ? at : at % 200)
        const read = async () => readStateRow(applyWal(bytes, null))
        const result = await read().catch((error: unknown) => error)
        expect(result === null || result instanceof DatabaseError || typeof result === 'object').toBe(true)
        if (result instanceof Error) expect(result).toBeInstanceOf(DatabaseError)
      }),
      { numRuns: drillCount(300, 5000) },
    )
    const row = await readStateRow(applyWal(sound, null))
    expect(row?.data).toHaveLength(9000)
  })
})
