import { parseJson } from '@watchbill/ledger'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeBackends } from '../testing/backends.ts'
import type { TestDatabase } from '../testing/database.ts'
import { changeWrites } from './journal.ts'
import { entries, workspaces } from './schema.ts'
import { type ActorRef, GuardFailed, type IngestWrite, type RecordEvent, type Write } from './write.ts'

const actor: ActorRef = { kind: 'person', id: 'brs_test' }
const event = (type: string, data: RecordEvent['data'] = {}): RecordEvent => ({
  type,
  workspace: 'default',
  actor,
  data,
})

const rename = (name: string, expected?: number, id = 'default'): IngestWrite => ({
  table: 'workspaces',
  sql: 'UPDATE workspaces SET name = ? WHERE id = ?',
  args: [name, id],
  ...(expected === undefined ? {} : { expect: expected }),
})

const addKey = (id: string, workspace = 'default'): Write => ({
  sql: `INSERT INTO keys (workspace_id, id, kind, name, scopes, hash, created_at)
    VALUES (?, ?, 'key', 'test', 'fleet:read', ?, 1)`,
  args: [workspace, id, `hash of ${id}`],
})

describeBackends('the store', (open, backend) => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await open()
  })
  afterEach(() => database.cleanup())

  const count = async (table: string) => (await database.raw(`SELECT count(*) AS n FROM ${table}`))[0]?.n
  const nameOf = async (id: string) =>
    (await database.raw('SELECT name FROM workspaces WHERE id = ?', [id]))[0]?.name

  it('records the rows and their entry together', async () => {
    await database.record(event('key.created', { key: 'key_1' }), addKey('key_1'))
    const [entry] = await database.raw('SELECT seq, id, ts, type, body, typeof(seq) AS t FROM entries')
    expect(await count('keys')).toBe(1)
    expect(entry).toMatchObject({ seq: 1, type: 'key.created', t: 'integer' })
    expect(entry?.id).toMatch(/^evt_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(parseJson(readBytes(entry?.body))).toEqual({
      v: 1,
      ws: 'default',
      id: entry?.id,
      ts: entry?.ts,
      type: 'key.created',
      actor: { kind: 'person', id: 'brs_test' },
      data: { key: 'key_1' },
    })
  })

  it('writes nothing of a record whose row is refused, nor of one whose guard fails', async () => {
    await database.record(event('key.created'), addKey('key_1'))
    await expect(database.record(event('key.created'), addKey('key_1'))).rejects.toThrow(/UNIQUE/)
    await expect(database.record(event('x'), addKey('key_2'), rename('new', 2))).rejects.toThrow(GuardFailed)
    expect(await count('keys')).toBe(1)
    expect(await count('entries')).toBe(1)
    expect(await nameOf('default')).toBe('Default')
    await database.record(event('key.created'), addKey('key_3'))
    expect(await count('entries')).toBe(2)
  })

  it('refuses data without a canonical form before anything is written', async () => {
    await expect(database.record(event('x', { bad: '\ud800' }), addKey('key_1'))).rejects.toThrow(/surrogate/)
    await expect(database.record(event('x', { bad: Number.NaN }), addKey('key_1'))).rejects.toThrow(/finite/)
    expect(await count('keys')).toBe(0)
  })

  it.each([
    ['a row too few', rename('new', 1, 'missing')],
    ['a row too many', { ...rename('new', 1), sql: "UPDATE workspaces SET name = ? || ''  WHERE ? <> ''" }],
    ['one where none was due', rename('new', 0)],
  ])('aborts the whole batch on %s', async (_, write) => {
    await expect(database.ingest(rename('first'), write)).rejects.toThrow(GuardFailed)
    expect(await nameOf('default')).toBe('Default')
    expect(await database.raw('SELECT ok FROM guard')).toEqual([{ ok: 1 }])
  })

  it('returns the rows each write changed, guards left out', async () => {
    const every = { ...rename('x'), sql: 'UPDATE workspaces SET name = ? WHERE id <> ?' }
    expect(await database.ingest(rename('a', 1), every, rename('b', 0, 'missing'), rename('c'))).toEqual([
      1, 2, 0, 1,
    ])
    expect(await database.ingest()).toEqual([])
    await expect(
      database.ingest({ ...rename('a'), sql: 'DELETE FROM workspaces RETURNING id' }),
    ).rejects.toThrow(/rows/)
  })

  it('keeps entries: neither changed nor removed, save those of a demo workspace', async () => {
    await database.record(event('a'))
    await database.record({ ...event('b'), workspace: 'demo' })
    await expect(database.raw("UPDATE entries SET type = 'z'")).rejects.toThrow(/append-only/)
    await expect(database.raw("DELETE FROM entries WHERE workspace_id = 'default'")).rejects.toThrow(
      /append-only/,
    )
    await expect(
      database.raw('REPLACE INTO entries SELECT workspace_id, seq, id, 0, type, body FROM entries'),
    ).rejects.toThrow(/append-only/)
    await database.raw("DELETE FROM entries WHERE workspace_id = 'demo'")
    expect(await database.raw('SELECT type FROM entries')).toEqual([{ type: 'a' }])
  })

  it('numbers 50 parallel records per workspace without a gap or a share', async () => {
    const calls = Array.from({ length: 50 }, (_, n) =>
      database.record({ ...event('x', { n }), workspace: n % 2 ? 'other' : 'default' }),
    )
    await Promise.all(calls)
    for (const workspace of ['default', 'other']) {
      const rows = await database.raw('SELECT seq FROM entries WHERE workspace_id = ? ORDER BY seq', [
        workspace,
      ])
      expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 25 }, (_, n) => n + 1))
    }
  })

  it('lands or fails each of many parallel calls by itself, and keeps the journal dense', async () => {
    const call = fc.record({
      refs: fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }).filter(isStorable), { maxLength: 4 }),
      workspace: fc.constantFrom('default', 'other'),
      fails: fc.boolean(),
    })
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 50 }), async (calls) => {
        round += 1
        const before = await database.raw('SELECT id, change_seq AS seq FROM workspaces')
        const outcomes = await Promise.allSettled(
          calls.map(({ workspace, refs, fails }) =>
            database.ingest(
              ...changeWrites(workspace, 'agent', refs, round),
              rename(workspace, fails ? 7 : 1, workspace),
            ),
          ),
        )
        expect(outcomes.map((outcome) => outcome.status === 'rejected')).toEqual(
          calls.map(({ fails }) => fails),
        )
        for (const { id, seq } of before) {
          const wanted = calls
            .filter((each) => each.workspace === id && !each.fails)
            .flatMap((each) => each.refs)
          const rows = await database.raw(
            'SELECT seq, ref FROM changes WHERE workspace_id = ? AND at = ? ORDER BY seq',
            [String(id), BigInt(round)],
          )
          expect(rows.map((row) => row.seq)).toEqual(wanted.map((_, index) => Number(seq) + 1 + index))
          expect(rows.map((row) => row.ref).sort()).toEqual([...wanted].sort())
        }
      }),
      { numRuns: process.env.WATCHBILL_DRILLS === '1' ? 100 : 10, verbose: 1 },
    )
  })

  it('rings for a workspace once its journal grew, and not for a batch that failed', async () => {
    const rung: string[] = []
    for (const id of ['default', 'other']) void database.bell.wait(id, 60_000).then(() => rung.push(id))
    await expect(
      database.ingest(...changeWrites('other', 'agent', ['a'], 1), rename('x', 9)),
    ).rejects.toThrow(GuardFailed)
    await database.ingest(rename('x', 1))
    await database.ingest(...changeWrites('default', 'session', ['b'], 1))
    await Promise.resolve()
    expect(rung).toEqual(['default'])
    database.bell.ring('other')
  })

  it('refuses journal rows for a workspace that is gone', async () => {
    await expect(database.ingest(...changeWrites('gone', 'agent', ['a'], 1))).rejects.toThrow(GuardFailed)
    expect(await count('changes')).toBe(0)
  })

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

  it('reads through drizzle, columns of the same name and empty results included', async () => {
    await database.record(event('a'))
    const reader = database.dbFor('default')
    const joined = await reader
      .select({ entry: entries.id, workspace: workspaces.id, name: workspaces.name, body: entries.body })
      .from(entries)
      .innerJoin(workspaces, sql`${workspaces.id} = ${entries.workspaceId}`)
    expect(joined).toHaveLength(1)
    expect(joined[0]).toMatchObject({ workspace: 'default', name: 'Default' })
    expect(joined[0]?.entry).toMatch(/^evt_/)
    expect(parseJson(joined[0]?.body ?? new Uint8Array())).toMatchObject({ type: 'a' })
    expect(await reader.select().from(entries).where(sql`${entries.seq} > ${5}`)).toEqual([])
    expect(await reader.$count(workspaces)).toBe(3)
  })

  it.each([
    sql`DELETE FROM guard`,
    sql`WITH x AS (SELECT 1) DELETE FROM guard`,
    sql`WITH x AS (SELECT 1) INSERT INTO guard SELECT 1, 1`,
    sql`SELECT 1; DELETE FROM guard`,
    sql`PRAGMA query_only = OFF`,
    sql`/* SELECT */ UPDATE guard SET ok = 1`,
  ])('rows() refuses to write (%#)', async (query) => {
    await expect(database.installation.rows(query)).rejects.toThrow(/rows\(\) reads/)
    expect(await count('guard')).toBe(1)
  })

  it('reads words that only look like writes', async () => {
    const query = sql`SELECT replace('update x', 'x', 'delete from y; drop z') AS "insert into" -- ; DELETE FROM guard`
    expect(await database.installation.rows(query)).toEqual([
      { 'insert into': 'update delete from y; drop z' },
    ])
  })

  it('answers a ping and knows its migration', async () => {
    await database.ping()
    expect(await database.expectMigration()).toMatchObject({ ok: true })
    await database.raw("UPDATE migrations SET id = '9999_newer'")
    expect(await database.expectMigration()).toMatchObject({ ok: false, found: '9999_newer' })
    await database.raw('DROP TABLE migrations')
    expect(await database.expectMigration()).toMatchObject({ ok: false, found: null })
  })

  it('holds foreign keys', async () => {
    await expect(database.record(event('x'), addKey('key_1', 'nowhere'))).rejects.toThrow(/FOREIGN KEY/)
    await database.record(event('x'), addKey('key_1'))
    await database.raw("DELETE FROM workspaces WHERE id = 'default'")
    expect(await count('keys'), `keys left on ${backend}`).toBe(0)
  })
})

const isStorable = (text: string) => !text.includes('\0')

const readBytes = (value: unknown): Uint8Array => {
  if (!(value instanceof ArrayBuffer)) throw new Error('not a blob')
  return new Uint8Array(value)
}
