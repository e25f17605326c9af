import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeBackends } from '../testing/backends.ts'
import type { TestDatabase } from '../testing/database.ts'
import { changeWrites } from './journal.ts'
import type { IngestWrite } from './write.ts'

const rename = (name: string): IngestWrite => ({
  table: 'workspaces',
  sql: "UPDATE workspaces SET name = ? WHERE id = 'default'",
  args: [name],
})

describeBackends('values', (open) => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await open()
  })
  afterEach(() => database.cleanup())

  it('binds whole numbers as integers and gives back what was stored', async () => {
    const values = [
      0,
      -0,
      1,
      -1,
      2 ** 31,
      Number.MAX_SAFE_INTEGER,
      2n ** 62n,
      -(2n ** 63n),
      0.5,
      1e300,
      'ü\u202e😀',
      null,
    ]
    for (const value of values) {
      const [row] = await database.installation.rows<{ v: unknown; t: string }>(
        sql`SELECT ${value} AS v, typeof(${value}) AS t`,
      )
      const exact =
        typeof value === 'bigint' && value >= -(2n ** 53n) && value < 2n ** 53n ? Number(value) : value
      expect(row?.v).toEqual(Object.is(value, -0) ? 0 : exact)
      if (typeof value === 'bigint' || Number.isSafeInteger(value)) expect(row?.t).toBe('integer')
    }
    const [row] = await database.installation.rows<{ half: number; flag: number; text: string }>(
      sql`SELECT 5 / ${2} AS half, ${true} AS flag, CAST(${7} AS TEXT) AS text`,
    )
    expect(row).toEqual({ half: 2, flag: 1, text: '7' })
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, undefined, {}]) {
      await expect(database.installation.rows(sql`SELECT ${sql.param(bad)}`)).rejects.toThrow(/cannot bind/)
    }
  })

  const halves = ['\ud800', ['x\udc00y'], { a: '\\\ud800' }].map((value) => JSON.stringify(value))
  it.each(['a\0b', '\0', '\ud800', 'x\udc00y', ...halves])(
    'refuses text that would come back changed (%#)',
    async (text) => {
      await expect(database.ingest(rename(text))).rejects.toMatchObject({ code: 'invalid_request' })
      await expect(database.raw('SELECT ?', [text])).rejects.toMatchObject({ code: 'invalid_request' })
    },
  )

  it.each([JSON.stringify('\\ud800'), JSON.stringify(['😀', '\\', 'C:\\udead']), 'C:\\udead'])(
    'takes text that only looks like it (%#)',
    async (text) => {
      expect(await database.raw('SELECT ? AS text', [text])).toEqual([{ text }])
    },
  )

  it('refuses journal references that would come back changed', () => {
    for (const ref of ['a\0', '\udfff']) {
      expect(() => changeWrites('default', 'agent', [ref], 1)).toThrow(/U\+0000 or half/)
    }
  })

  it('stores bytes as they are', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const [row] = await database.raw('SELECT ? AS b, typeof(?1) AS t', [bytes])
    expect(row?.t).toBe('blob')
    expect(readBytes(row?.b)).toEqual(bytes)
  })
})

const readBytes = (value: unknown): Uint8Array => {
  if (!(value instanceof ArrayBuffer)) throw new Error('not a blob')
  return new Uint8Array(value)
}
