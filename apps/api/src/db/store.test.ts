import { base64url, commitment, merkle, parseHeader, parseJson } from '@watchbill/ledger'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeBackends } from '../testing/backends.ts'
import type { TestDatabase } from '../testing/database.ts'
import { expectWhole } from '../testing/whole-log.ts'
import { changeWrites } from './journal.ts'
import { readHead } from './log-head.ts'
import { entries } from './log-schema.ts'
import { workspaces } from './schema.ts'
import { type ActorRef, GuardFailed, type IngestWrite, type RecordEvent, type Write } from './write.ts'

const actor: ActorRef = { kind: 'person', id: 'brs_test' }
const event = (key = 'key_x', more: Partial<RecordEvent> = {}): RecordEvent => ({
  type: 'key.revoked',
  workspace: 'default',
  actor,
  data: { key },
  ...more,
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

  it('records the rows and their entry together, as an entry of the control plane', async () => {
    const recorded = await database.record(event('key_1'), addKey('key_1'))
    expect(recorded).toEqual({ firstSeq: 0, size: 1 })
    expect(await count('keys')).toBe(1)
    const [row] =
      await database.raw(`SELECT e.seq, e.producer_no, e.pseq, e.leaf, e.header, p.salt, p.payload,
      l.own_producer, l.own_pseq, l.own_prev, l.size FROM entries e JOIN payloads p ON p.seq = e.seq JOIN logs l`)
    expect(row).toMatchObject({ seq: 0, producer_no: 0, pseq: 0, size: 1, own_pseq: 1 })
    const header = parseHeader(readBytes(row?.header))
    expect(header).toMatchObject({ v: 1, ws: 'default', type: 'key.revoked', agent: null, pseq: 0 })
    expect(header.producer).toBe(row?.own_producer)
    expect(header.id).toMatch(/^evt_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const leaf = merkle.leafHash(readBytes(row?.header))
    expect([readBytes(row?.leaf), readBytes(row?.own_prev)]).toEqual([leaf, leaf])
    const payload = JSON.parse(String(row?.payload))
    expect(payload).toEqual({ actor: 'brs_test', actorKind: 'person', key: 'key_1' })
    expect(commitment.checkPayload(header, payload, readBytes(row?.salt))).toBe(true)
  })

  it('chains what the control plane records, and grows the tree with it', async () => {
    for (let n = 0; n < 5; n += 1) await database.record(event(`key_${n}`))
    const rows = await database.raw('SELECT header, leaf FROM entries ORDER BY seq')
    const prevs = rows.map(({ header }) => parseHeader(readBytes(header)).prev)
    const leaves = rows.map(({ leaf }) => base64url.encode(readBytes(leaf)))
    expect(prevs).toEqual(['A'.repeat(43), ...leaves.slice(0, 4)])
    const head = await readHead(database.installation, 'default')
    const frontier = rows.reduce(
      (tree, { leaf }) => merkle.appendLeaf(tree, readBytes(leaf)),
      merkle.emptyFrontier,
    )
    expect(head?.frontier).toEqual(frontier)
  })

  it('writes nothing of a record whose row is refused, nor of one whose guard fails', async () => {
    await database.record(event(), addKey('key_1'))
    await expect(database.record(event(), addKey('key_1'))).rejects.toThrow(/UNIQUE/)
    await expect(database.record(event(), addKey('key_2'), rename('new', 2))).rejects.toThrow(GuardFailed)
    expect(await count('keys')).toBe(1)
    expect(await count('entries')).toBe(1)
    expect(await nameOf('default')).toBe('Default')
    await database.record(event(), addKey('key_3'))
    expect(await count('entries')).toBe(2)
    expect((await readHead(database.installation, 'default'))?.frontier.size).toBe(2)
  })

  it('refuses data without a canonical form before anything is written', async () => {
    await expect(database.record(event('\ud800'), addKey('key_1'))).rejects.toThrow(/surrogate/)
    for (const data of [{ key: 1 }, {}, { key: 'k', more: 1 }]) {
      await expect(database.record(event('k', { data }), addKey('key_1'))).rejects.toThrow(
        /unlike its schema/,
      )
    }
    const events = [event('k', { workspace: 'other' })]
    await expect(database.record({ workspace: 'default', entries: [], events })).rejects.toThrow(/one log/)
    await expect(database.record({ workspace: 'default', entries: [] })).rejects.toThrow(/without an entry/)
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
    await database.record(event('b', { workspace: 'demo' }))
    await expect(database.raw('UPDATE entries SET pseq = 7')).rejects.toThrow(/append-only/)
    await expect(database.raw("DELETE FROM entries WHERE workspace_id = 'default'")).rejects.toThrow(
      /append-only/,
    )
    await expect(database.raw('REPLACE INTO entries SELECT * FROM entries')).rejects.toThrow(/append-only/)
    await database.raw("DELETE FROM entries WHERE workspace_id = 'demo'")
    expect(await database.raw('SELECT workspace_id AS w FROM entries')).toEqual([{ w: 'default' }])
  })

  it('numbers 50 parallel records per workspace without a gap or a share', async () => {
    const calls = Array.from({ length: 50 }, (_, n) =>
      database.record(event(`key_${n}`, { workspace: n % 2 ? 'other' : 'default' })),
    )
    const recorded = await Promise.all(calls)
    for (const [at, workspace] of ['default', 'other'].entries()) {
      await expectWhole(database, workspace, 25)
      const places = recorded.filter((_, n) => n % 2 === at).map(({ firstSeq }) => firstSeq)
      expect(places.sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, n) => n))
    }
  })

  it('gives a failed record its place back', async () => {
    const calls = Array.from({ length: 30 }, (_, n) =>
      database.record(event(`key_${n}`), rename('default', n % 3 === 0 ? 7 : 1)),
    )
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(calls.map((_, n) => n % 3 !== 0))
    await expectWhole(database, 'default', 20)
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

  it('reads through drizzle, columns of the same name and empty results included', async () => {
    await database.record(event('a'))
    const reader = database.dbFor('default')
    const joined = await reader
      .select({ entry: entries.seq, workspace: workspaces.id, name: workspaces.name, body: entries.header })
      .from(entries)
      .innerJoin(workspaces, sql`${workspaces.id} = ${entries.workspaceId}`)
    expect(joined).toHaveLength(1)
    expect(joined[0]).toMatchObject({ workspace: 'default', name: 'Default' })
    expect(joined[0]?.entry).toBe(0)
    expect(parseJson(joined[0]?.body ?? new Uint8Array())).toMatchObject({ type: 'key.revoked' })
    expect(await reader.select().from(entries).where(sql`${entries.seq} > ${5}`)).toEqual([])
    expect(await reader.$count(workspaces)).toBe(3)
  })

  it.each([
    sql`DELETE FROM guard`,
    sql`WITH x AS (SELECT 1) DELETE FROM guard`,
    sql`WITH x AS (SELECT 1) INSERT INTO guard SELECT 1, 1, 1`,
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
    await database.raw("UPDATE migrations SET id = '9999_newer' WHERE id = (SELECT max(id) FROM migrations)")
    expect(await database.expectMigration()).toMatchObject({ ok: false, found: '9999_newer' })
    await database.raw('DROP TABLE migrations')
    expect(await database.expectMigration()).toMatchObject({ ok: false, found: null })
  })

  it('holds foreign keys', async () => {
    await expect(database.record(event(), addKey('key_1', 'nowhere'))).rejects.toThrow(/FOREIGN KEY/)
    await database.record(event(), addKey('key_1'))
    await database.raw("DELETE FROM workspaces WHERE id = 'default'")
    expect(await count('keys'), `keys left on ${backend}`).toBe(0)
  })
})

const isStorable = (text: string) => !text.includes('\0')

const readBytes = (value: unknown): Uint8Array => {
  if (!(value instanceof ArrayBuffer)) throw new Error('not a blob')
  return new Uint8Array(value)
}
