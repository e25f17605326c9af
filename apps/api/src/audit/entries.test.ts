import type { ProducedEntry } from '@watchbill/contract/audit'
import { expectedOf } from '@watchbill/contract/chain-refusal'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeBackends } from '../testing/backends.ts'
import type { TestDatabase } from '../testing/database.ts'
import { type EntryDesk, machineActor, openEntryDesk, refusalOf } from '../testing/entry-desk.ts'
import { createProducer, samplePayload } from '../testing/entry-samples.ts'
import { expectWhole } from '../testing/whole-log.ts'
import { listProducers } from './service.ts'

describeBackends('producer entries', (open) => {
  let desk: EntryDesk
  let database: TestDatabase
  beforeAll(async () => {
    desk = await openEntryDesk(open)
    database = desk.database
  })
  afterAll(() => database.cleanup())

  const post: EntryDesk['post'] = (...args) => desk.post(...args)
  const held = (producer: string) => desk.held(producer)
  const statuses = async (entries: readonly ProducedEntry[]) =>
    (await post(entries)).receipts.map(({ status }) => status)
  const entriesOf = async (type: string) =>
    (
      await database.raw(
        `SELECT p.payload FROM entries e JOIN payloads p USING (workspace_id, seq)
          WHERE e.producer_no = 0 AND CAST(e.header AS TEXT) LIKE ? ORDER BY e.seq`,
        [`%"type":"${type}"%`],
      )
    ).map((row) => JSON.parse(String(row.payload)))
  const count = async (table: string) => (await database.raw(`SELECT count(*) AS n FROM ${table}`))[0]?.n

  it('stores header bytes as sent, leaf, payload and salt apart, in order', async () => {
    const producer = createProducer('first')
    const batch = [producer.next(), producer.next({ payload: null }), producer.next()]
    expect(await post(batch)).toEqual({
      // Place 0 says that the producer was registered.
      receipts: [0, 1, 2].map((pseq) => ({ producer: producer.id, pseq, status: 'stored', seq: pseq + 1 })),
      expected: { [producer.id]: 3 },
    })
    const rows = await database.raw(
      `SELECT e.seq, e.pseq, CAST(e.header AS TEXT) AS header, hex(e.leaf) AS leaf, p.payload, hex(p.salt) AS salt
        FROM entries e LEFT JOIN payloads p USING (workspace_id, seq) WHERE e.producer_no = 1 ORDER BY e.seq`,
    )
    const hex = (text: string) => Buffer.from(text, 'base64url').toString('hex').toUpperCase()
    const prevs = [...batch.slice(1), producer.peek()].map(({ header }) => hex(JSON.parse(header).prev))
    const payload = JSON.stringify(Object.fromEntries(Object.entries(samplePayload).sort()))
    expect(rows).toEqual(
      batch.map((entry, index) => ({
        seq: index + 1,
        pseq: index,
        header: entry.header,
        leaf: prevs[index],
        payload: entry.payload === null ? null : payload,
        salt: entry.salt === null ? '' : hex(entry.salt),
      })),
    )
  })

  it('is one log, whoever writes', async () => {
    const [a, b] = [createProducer('dense a'), createProducer('dense b')]
    await post([a.next(), b.next(), a.next(), b.next()])
    await expectWhole(database, 'default')
  })

  it('registers a producer as an entry of its own, once', async () => {
    const producer = createProducer('registered')
    await post(producer.take(2))
    await post(producer.take(2))
    const found = (await entriesOf('producer.registered')).filter((data) => data.producer === producer.id)
    expect(found.map(({ actor, owner }) => [actor, owner])).toEqual([['key_laptop', 'mch_laptop']])
  })

  it('knows again what was sent before, and never adds a payload that was withheld', async () => {
    const producer = createProducer('again')
    const sample = createProducer('again').next()
    const withheld = producer.next()
    expect(withheld).toEqual(sample)
    expect(await statuses([{ ...withheld, payload: null, salt: null }])).toEqual(['stored'])
    const before = await count('payloads')
    const [again, twice, next] = (await post([withheld, withheld, producer.next()])).receipts
    expect([again?.status, twice?.status, next?.status]).toEqual(['duplicate', 'duplicate', 'stored'])
    expect([again?.seq, next?.seq]).toEqual([twice?.seq, Number(twice?.seq) + 1])
    expect(await count('payloads')).toBe(Number(before) + 1)
  })

  it('refuses a gap and says which pseq it expects', async () => {
    const producer = createProducer('gap')
    const [first, second, third] = producer.take(3)
    if (!first || !second || !third) throw new Error('three were taken')
    const early = await refusalOf(post([second]))
    expect([early.code, expectedOf(early)]).toEqual(['conflict', new Map([[producer.id, 0]])])
    await post([first])
    const gap = await refusalOf(post([first, third]))
    expect(gap).toMatchObject({ code: 'conflict', errors: [{ pointer: '/entries/1/header' }] })
    expect(expectedOf(gap)).toEqual(new Map([[producer.id, 1]]))
    expect(await held(producer.id)).toEqual([first.header])
    expect(await statuses([second, third])).toEqual(['stored', 'stored'])
  })

  it('refuses an entry that does not follow from the one held', async () => {
    const producer = createProducer('broken')
    await post([producer.next()])
    const prev = Buffer.alloc(32, 7).toString('base64url')
    const broken = await refusalOf(post([producer.peek({ prev })]))
    expect(broken.errors[0]?.detail).toContain('prev is not the leaf hash')
    expect(await held(producer.id)).toHaveLength(1)
  })

  it('stores all of a batch or nothing', async () => {
    const [good, bad] = [createProducer('all'), createProducer('nothing')]
    const before = await Promise.all(['producers', 'entries', 'payloads'].map(count))
    bad.next()
    expect((await refusalOf(post([...good.take(3), bad.next()]))).code).toBe('conflict')
    expect(await Promise.all(['producers', 'entries', 'payloads'].map(count))).toEqual(before)
  })

  it('records a contradiction as an entry, keeps what it held, and records it once', async () => {
    const producer = createProducer('fork')
    const [first] = [producer.next()]
    const fork = producer.fork()
    const second = producer.next()
    await post([first, second])
    const [other, after] = [fork.next(), fork.next()]
    const found = () => entriesOf('producer.equivocated')
    const size = await count('entries')
    expect(await post([other, after, producer.next()])).toEqual({
      receipts: [
        { producer: producer.id, pseq: 1, status: 'equivocation', seq: null },
        { producer: producer.id, pseq: 2, status: 'equivocation', seq: null },
        { producer: producer.id, pseq: 2, status: 'stored', seq: Number(size) },
      ],
      expected: { [producer.id]: 3 },
    })
    const recorded = await found()
    expect(recorded).toMatchObject([
      { owner: 'mch_laptop', count: 2, places: [`${producer.id} 1`, `${producer.id} 2`] },
    ])
    expect((await held(producer.id)).slice(0, 2)).toEqual([first.header, second.header])
    // However the branch is cut, it is known again and not recorded anew.
    for (const batch of [[other], [after], [other, after], [first, other]]) {
      expect((await statuses(batch)).at(-1)).toBe('equivocation')
    }
    expect(await statuses([fork.next()])).toEqual(['equivocation'])
    expect(await found()).toHaveLength(2)
    const evidence = await database.raw(
      'SELECT CAST(header AS TEXT) AS header FROM equivocations WHERE producer_id = ? ORDER BY pseq',
      [producer.id],
    )
    expect(evidence.map((row) => row.header).slice(0, 2)).toEqual([other.header, after.header])
    const listed = (await listProducers(desk.deps, 'default')).find(({ id }) => id === producer.id)
    expect(listed).toMatchObject({ owner: 'mch_laptop', nextPseq: 3, equivocations: 3 })
    expect(desk.logged).toContainEqual(
      expect.objectContaining({ level: 'warn', producer: producer.id, pseq: 1 }),
    )
  })

  it('leaves a producer with the machine that used it first', async () => {
    const producer = createProducer('owned')
    await post([producer.next()])
    expect((await refusalOf(post([producer.next()], machineActor('other')))).code).toBe('forbidden')
    expect(await held(producer.id)).toHaveLength(1)
  })

  it('refuses an agent known to run on another machine', async () => {
    const producer = createProducer('agent')
    const agent = 'agt_01a1f848-b543-7e91-9e5e-989cb75f9d5f'
    await database.raw(
      `INSERT OR IGNORE INTO agents (workspace_id, id, machine_id, runtime, name, liveness, health, source, snapshot_id,
        first_seen_at, condition_since, observed_at, reported_at, received_at)
        VALUES ('default', ?, 'mch_other', 'codex', 'x', 'running', 'unknown', 'observed', 's', 0, 0, 0, 0, 0)`,
      [agent],
    )
    const entry = producer.peek({ agent })
    expect((await refusalOf(post([entry]))).errors[0]?.detail).toContain('runs on another machine')
    expect((await post([entry], machineActor('other'))).receipts[0]?.status).toBe('stored')
  })

  it('is append-only: nothing is changed, removed or replaced, and payloads may only be erased', async () => {
    await post(createProducer('kept').take(2))
    const refused = [
      ['UPDATE entries SET pseq = 7', /append-only/],
      ["DELETE FROM entries WHERE workspace_id = 'default'", /append-only/],
      ['REPLACE INTO entries SELECT * FROM entries', /append-only/],
      ["UPDATE payloads SET payload = '{}'", /never rewritten/],
      ['REPLACE INTO payloads SELECT * FROM payloads', /never rewritten/],
      ['UPDATE equivocations SET pseq = 0', /append-only/],
      ['DELETE FROM equivocations', /append-only/],
      ['REPLACE INTO equivocations SELECT * FROM equivocations', /append-only/],
    ] as const
    for (const [sql, why] of refused) await expect(database.raw(sql), sql).rejects.toThrow(why)
    for (const kept of ['seq', 'pseq']) {
      const columns = ['seq', 'pseq'].map((name) => (name === kept ? name : `${name} + 100000`))
      await expect(
        database.raw(`REPLACE INTO entries SELECT workspace_id, ${columns[0]}, producer_no, ${columns[1]}, received_at,
          leaf, header FROM entries`),
        kept,
      ).rejects.toThrow(/append-only/)
    }
  })

  it('takes 500 entries at once', async () => {
    const batch = createProducer('many').take(500)
    expect(new Set(await statuses(batch))).toEqual(new Set(['stored']))
    expect(new Set(await statuses(batch))).toEqual(new Set(['duplicate']))
    await expectWhole(database, 'default')
  })
})
