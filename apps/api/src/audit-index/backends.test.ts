import { matchEntry, parseQuery } from '@watchbill/contract/audit-query'
import { expect, it } from 'vitest'
import { readEntryRows } from '../audit/entries-store.ts'
import { countFacets } from '../audit-search/facets.ts'
import { searchEntries } from '../audit-search/list.ts'
import { describeBackends } from '../testing/backends.ts'
import { createSampleLog } from '../testing/log-samples.ts'
import { factsOf } from './facts.ts'
import { catchUp } from './follower.ts'
import { forgetWrites } from './forget.ts'

const workspace = 'default'
const now = 1_795_180_000_000
const tools = ['Bash', 'Read', 'Write']
const payloadOf = (seq: number) => ({
  imported: false,
  session: `ses_01a1f848-b543-7e91-9e5e-989cb75f9d5${seq % 4}`,
  tool: tools[seq % 3] ?? 'Bash',
  request: seq % 5 === 0 ? `git push --force branch-${seq}` : 'ls',
})

describeBackends('the audit index', (open) => {
  const config = {
    runtime: 'edge' as const,
    publicUrl: '',
    allowedHosts: [],
    version: '',
    releaseId: '',
    cronSecret: null,
  }

  it('answers the same wherever it lies, and forgets what is erased', async () => {
    const database = await open()
    const log = await createSampleLog((sql, args) => database.raw(sql, args), { payloadOf })
    const deps = { ...database, config }
    for (const more of [10, 600, 3600]) {
      await log.append(more)
      await catchUp(deps, workspace, 60_000)
    }
    const rows = await readEntryRows(database.dbFor(workspace), workspace, 0, 1e9)
    for (const q of [
      'tool:Bash "push --force"',
      'branch-1000',
      '-tool:Read last:24h',
      'sort:oldest push tool:Write',
    ]) {
      const { entries, indexed } = await searchEntries(deps, workspace, { q, limit: '200' }, now)
      const { where, sort } = parseQuery(q, now)
      const wanted = rows
        .filter((row) =>
          matchEntry(
            { where, sort },
            { ...factsOf(row), numbers: { ...factsOf(row).numbers, seq: row.seq } },
          ),
        )
        .map(({ seq }) => seq)
      if (sort === 'oldest') wanted.reverse()
      expect(indexed).toBe(4210)
      expect(
        entries.map(({ seq }) => seq),
        q,
      ).toEqual(wanted.slice(0, 200))
      expect((await countFacets(deps, workspace, q, now)).total.count).toBe(wanted.length)
    }
    await database.ingest(
      ...(await forgetWrites(database.dbFor(workspace), workspace, [1000])).map((write) => ({
        ...write,
        table: 'audit_index' as const,
      })),
    )
    expect((await searchEntries(deps, workspace, { q: 'branch-1000' }, now)).entries).toEqual([])
    expect((await searchEntries(deps, workspace, { q: 'branch-1005' }, now)).entries).toHaveLength(1)
    await database.cleanup()
  })

  it('is built by several at once without a gap and without anything twice', async () => {
    const database = await open()
    const log = await createSampleLog((sql, args) => database.raw(sql, args), { payloadOf })
    const deps = { ...database, config }
    for (let round = 0; round < 4; round += 1) {
      await log.append(700)
      await Promise.all(Array.from({ length: 4 }, () => catchUp(deps, workspace, 60_000)))
    }
    const runs = await database.raw(
      "SELECT first, count FROM audit_columns WHERE field = 'payload' ORDER BY first",
    )
    expect(runs.reduce((sum, { count }) => sum + Number(count), 0)).toBe(2800)
    const { total } = await countFacets(deps, workspace, 'push', now)
    expect(total.count).toBe(560)
    await database.cleanup()
  })
})
