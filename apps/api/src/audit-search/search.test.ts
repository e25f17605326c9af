import {
  type AuditQuery,
  type EntryFacts,
  matchEntry,
  parseQuery,
  type Sort,
} from '@watchbill/contract/audit-query'
import { parseHeader } from '@watchbill/ledger'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEntryRows } from '../audit/entries-store.ts'
import { factsOf } from '../audit-index/facts.ts'
import { catchUp } from '../audit-index/follower.ts'
import { openTestDatabase } from '../testing/database.ts'
import { type EntryDesk, openEntryDesk } from '../testing/entry-desk.ts'
import { createProducer, type EntryIdea } from '../testing/entry-samples.ts'
import { askIndex } from './ask.ts'
import { parseCursor } from './cursor.ts'
import { searchEntries } from './list.ts'
import { scanRuns } from './scan.ts'
import { scanMatches } from './search.ts'

const drills = process.env.WATCHBILL_DRILLS === '1'
const now = Date.UTC(2026, 10, 20, 12)
const tools = ['Bash', 'Read', 'Write', 'mcp__files__read']
const types = ['tool.called', 'tool.finished', 'tool.refused', 'permission.asked'] as const
const decisionOf = { 'tool.refused': 'deny', 'permission.asked': 'ask' } as const
const requests = [
  'git push --force origin main',
  'cat README.md',
  'ls -la',
  'npm ci',
  'Ünïcode näme',
  '"quoted" \\ * % _',
]

/** Entry `n` of a small world in which every value comes up often enough to be asked for. */
const ideaOf = (n: number): EntryIdea => {
  const type = types[n % types.length] ?? 'tool.called'
  const common = {
    session: `ses_01a1f848-b543-7e91-9e5e-989cb75f9d${(n % 5) + 10}`,
    imported: n % 7 === 0,
    tool: tools[n % tools.length] ?? 'Bash',
    ...(n % 3 === 0 ? { request: requests[n % requests.length] ?? '' } : {}),
  }
  const ended =
    type === 'tool.finished' ? { outcome: n % 2 === 0 ? 'ok' : 'error', durationMs: (n * 37) % 9000 } : {}
  const payload =
    n % 11 === 0 ? null : { ...common, ...ended, ...(type === 'tool.refused' ? { by: 'rule' } : {}) }
  return {
    type,
    ts: now - ((n * 7919) % 100_000) * 60,
    agent: `agt_00000000-0000-8000-8000-00000000000${n % 4}`,
    ...(type === 'tool.refused' || type === 'permission.asked' ? { decision: decisionOf[type] } : {}),
    payload,
  }
}

const count = 5000
let desk: EntryDesk
let known: { seq: number; ts: number; facts: EntryFacts }[] = []
beforeAll(async () => {
  desk = await openEntryDesk(openTestDatabase)
  const producer = createProducer('search')
  for (let n = 0; n < count; n += 500)
    await desk.post(Array.from({ length: 500 }, (_, index) => producer.next(ideaOf(n + index))))
  await catchUp(deps(), workspace, 60_000)
  const rows = await readEntryRows(desk.database.dbFor(workspace), workspace, 0, 1e9)
  known = rows.reverse().map((row) => {
    const facts = factsOf(row)
    const { ts } = parseHeader(new Uint8Array(row.header))
    return { seq: row.seq, ts, facts: { ...facts, numbers: { ...facts.numbers, seq: row.seq } } }
  })
})
afterAll(() => desk.database.cleanup())

const deps = () => ({ ...desk.deps, ingest: desk.database.ingest })
const workspace = 'default'

const term = fc.oneof(
  fc.constantFrom(
    'action:tool.refused',
    'action:tool.*',
    'action:producer.registered',
    'decision:deny,ask',
    'decision:none',
    'tool:bash',
    'tool:mcp__*',
    'tool:none',
    'outcome:error',
    'imported:true',
    'payload:withheld',
    'machine:mch_laptop',
    'machine:control-plane',
    'session:ses_01a1f848-b543-7e91-9e5e-989cb75f9d12',
    'agent:agt_00000000-0000-8000-8000-000000000002',
    'agent:nobody',
    'duration:>5s',
    'duration:100ms..2s',
    'seq:4000..4200',
    'seq:>=4990',
    'last:1h',
    'after:2026-11-20T11:00:00Z',
    '"push --force"',
    'readme',
    'unicode',
    'pus*',
    '"force push"',
    'quoted',
  ),
  fc.constantFrom(...tools).map((tool) => `tool:${tool}`),
)
const query = fc.letrec<{ expr: string }>((tie) => ({
  expr: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    term,
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `${a} ${b}`),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `(${a} OR ${b})`),
    tie('expr').map((a) => `-(${a})`),
  ),
})).expr

/** Every entry, judged one by one. */
const oracle = (asked: AuditQuery): { seq: number; ts: number }[] =>
  known.filter(({ facts }) => matchEntry(asked, facts))

const order: Record<Sort, (a: { seq: number; ts: number }, b: { seq: number; ts: number }) => number> = {
  oldest: (a, b) => a.seq - b.seq,
  newest: (a, b) => b.seq - a.seq,
  earliest: (a, b) => a.ts - b.ts || a.seq - b.seq,
  latest: (a, b) => b.ts - a.ts || b.seq - a.seq,
}

describe('a search by columns', () => {
  it('finds what a look at every entry finds, however the query is put together', async () => {
    const seed = Date.now() % 1e9
    console.log(`search seed ${seed}`)
    await fc.assert(
      fc.asyncProperty(query, async (text) => {
        const asked = parseQuery(text, now)
        const found: number[] = []
        for await (const seqs of scanMatches(deps(), workspace, asked)) found.push(...seqs)
        expect(found, text).toEqual(oracle(asked).map(({ seq }) => seq))
      }),
      { numRuns: drills ? 1000 : 60, seed },
    )
  })

  it('rules out no run that holds an answer, in whatever steps it reads', async () => {
    const everything = await askIndex(deps(), workspace, { where: null })
    for (const text of [
      'session:ses_01a1f848-b543-7e91-9e5e-989cb75f9d12 outcome:error',
      'duration:>8s',
      'last:10m',
      'readme tool:bash',
      'agent:nobody',
      'tool:none payload:withheld',
      'seq:4090..4100 imported:true',
    ]) {
      const { where } = parseQuery(text, now)
      for (const ascending of [true, false]) {
        const scan = { ...everything, where, ascending }
        const found: number[] = []
        for await (const { run, mask } of scanRuns(scan, { small: 1, large: 1, looksFirst: 0 }))
          for (const [at, hit] of mask.entries()) if (hit === 1) found.push(run.first + at)
        const wanted = oracle(parseQuery(text, now)).map(({ seq }) => seq)
        expect(
          found.sort((a, b) => a - b),
          text,
        ).toEqual(wanted)
      }
    }
  })

  it.each(['newest', 'oldest', 'latest', 'earliest'] as const)(
    'pages through all of it, forth and back, in the order %s',
    async (sort) => {
      const q = `tool:Bash,Read -outcome:error sort:${sort}`
      const wanted = oracle(parseQuery(q, now))
        .sort(order[sort])
        .map(({ seq }) => seq)
      const forth: number[][] = []
      let cursor: string | undefined
      let previous: string | null = null
      do {
        const page = await searchEntries(deps(), workspace, { q, cursor, limit: '199' }, now)
        forth.push(page.entries.map(({ seq }) => seq))
        cursor = page.nextCursor ?? undefined
        previous = page.previousCursor
      } while (cursor !== undefined)
      expect(forth.flat()).toEqual(wanted)
      const back: number[][] = []
      while (previous !== null) {
        const page: Awaited<ReturnType<typeof searchEntries>> = await searchEntries(
          deps(),
          workspace,
          { q, cursor: previous, limit: '199' },
          now,
        )
        if (page.entries.length === 0) break
        back.unshift(page.entries.map(({ seq }) => seq))
        previous = page.previousCursor
      }
      expect(back.flat()).toEqual(forth.slice(0, -1).flat())
    },
  )

  it('says how many there are: exactly once all was searched, else by estimate', async () => {
    const few = await searchEntries(deps(), workspace, { q: 'seq:10..20', limit: '50' }, now)
    expect(few.total).toEqual({ count: 11, exact: true })
    const many = await searchEntries(deps(), workspace, { q: 'machine:mch_laptop', limit: '10' }, now)
    expect(many.total.exact).toBe(false)
    expect(Math.abs(many.total.count - count)).toBeLessThan(100)
  })

  it('refuses a cursor of another query, and garbage', async () => {
    const { nextCursor } = await searchEntries(deps(), workspace, { q: 'tool:Bash', limit: '5' }, now)
    const other = searchEntries(deps(), workspace, { q: 'tool:Read', cursor: nextCursor ?? '' }, now)
    await expect(other).rejects.toMatchObject({ code: 'invalid_cursor' })
    expect(() => parseCursor('AAAA', 'x')).toThrow('cannot be used')
  })

  it('names the place of what is wrong in a query', async () => {
    const broken = searchEntries(deps(), workspace, { q: 'tool:Bash colour:red' }, now)
    await expect(broken).rejects.toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: expect.stringMatching(/^query\.q:10-\d+$/) }],
    })
  })
})

describe('the index', () => {
  it('is the same however it was built: in one go, or a few entries at a time', async () => {
    const small = await openEntryDesk(openTestDatabase)
    const producer = createProducer('search')
    const own = { ...small.deps, ingest: small.database.ingest }
    let sent = 0
    for (const size of [1, 3, 250, 2, 255, 500, 400, 500, 500, 500, 500, 500, 500, 89]) {
      await small.post(Array.from({ length: size }, (_, index) => producer.next(ideaOf(sent + index))))
      sent += size
      await catchUp(own, workspace, 60_000)
    }
    const asked = await askIndex(own, workspace, { where: null })
    expect(asked.below).toBe(asked.size)
    const shape = await small.database.raw(
      "SELECT first, count FROM audit_columns WHERE field = 'payload' ORDER BY first",
    )
    expect(shape[0]).toEqual({ first: 0, count: 4096 })
    for (const text of ['tool:Bash "push --force"', 'outcome:error', '-readme', 'duration:>1s']) {
      const found: number[] = []
      for await (const seqs of scanMatches(own, workspace, parseQuery(text, now))) found.push(...seqs)
      const expected = oracle(parseQuery(text, now)).map(({ seq }) => seq)
      expect(found, text).toEqual(expected.filter((seq) => seq < asked.size))
    }
    await small.database.cleanup()
  })
})
