import { type EntryFacts, matchEntry, parseQuery } from '@watchbill/contract/audit-query'
import type { facetFields } from '@watchbill/contract/audit-search'
import { parseHeader } from '@watchbill/ledger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEntryRows } from '../audit/entries-store.ts'
import { factsOf } from '../audit-index/facts.ts'
import { catchUp } from '../audit-index/follower.ts'
import { openTestDatabase } from '../testing/database.ts'
import { type EntryDesk, machineActor, openEntryDesk } from '../testing/entry-desk.ts'
import { createProducer } from '../testing/entry-samples.ts'
import { countFacets } from './facets.ts'
import { drawHistogram } from './histogram.ts'
import { drawnSpan, stepFor } from './time-scale.ts'

const workspace = 'default'
const now = Date.UTC(2026, 10, 20, 12)
const hour = 3_600_000
const session = 'ses_01a1f848-b543-7e91-9e5e-989cb75f9d5f'
const agentId = 'agt_00000000-0000-8000-8000-000000000001'

let desk: EntryDesk
let known: { ts: number; facts: EntryFacts }[] = []
const deps = () => ({ ...desk.deps, ingest: desk.database.ingest })

/** A machine whose daemon stopped for three hours, and one that is silent. */
beforeAll(async () => {
  desk = await openEntryDesk(openTestDatabase)
  for (const [id, name, seen] of [
    ['mch_laptop', 'laptop', now - 10_000],
    ['mch_server', 'server', now - 5 * hour],
  ] as const)
    await desk.database.raw(
      'INSERT INTO machines (workspace_id, id, name, first_seen_at, last_seen_at, ttl_ms) VALUES (?, ?, ?, 0, ?, 60000)',
      [workspace, id, name, seen],
    )
  await desk.database.raw(
    `INSERT INTO agents (workspace_id, id, machine_id, runtime, name, liveness, health, source, snapshot_id, first_seen_at,
      condition_since, observed_at, reported_at, received_at) VALUES (?, ?, 'mch_laptop', 'codex', 'build-07', 'running',
      'healthy', 'reported', 'snp_x', 0, 0, 0, 0, 0)`,
    [workspace, agentId],
  )
  const laptop = createProducer('laptop')
  const seal = {
    pseq: 0,
    leaf: 'A'.repeat(43),
    key: 'A'.repeat(43),
    signature: 'A'.repeat(86),
    cause: 'stop',
  }
  await desk.post([
    ...Array.from({ length: 40 }, (_, n) =>
      laptop.next({
        ts: now - 10 * hour + n * 60_000,
        agent: agentId,
        type: n % 4 === 0 ? 'tool.refused' : 'tool.called',
        ...(n % 4 === 0 ? { decision: 'deny' as const } : {}),
        payload: {
          session,
          imported: false,
          tool: n % 2 === 0 ? 'Bash' : 'Read',
          ...(n % 4 === 0 ? { by: 'rule' } : {}),
        },
      }),
    ),
    laptop.next({ ts: now - 9 * hour, type: 'producer.sealed', agent: null, payload: seal }),
    laptop.next({ ts: now - 6 * hour, agent: agentId, payload: { session, imported: true, tool: 'Write' } }),
  ])
  const server = createProducer('server')
  await desk.post([server.next({ ts: now - 6 * hour })], machineActor('server'))
  await catchUp(deps(), workspace, 60_000)
  const rows = await readEntryRows(desk.database.dbFor(workspace), workspace, 0, 1e9)
  known = rows.map((row) => ({ ts: parseHeader(new Uint8Array(row.header)).ts, facts: factsOf(row) }))
})
afterAll(() => desk.database.cleanup())

const facet = async (field: (typeof facetFields)[number], q: string) => {
  const { facets, total } = await countFacets(deps(), workspace, q, now)
  const found = facets.find((one) => one.field === field)
  return {
    total,
    values: Object.fromEntries((found?.values ?? []).map(({ value, count }) => [value, count])),
  }
}

describe('facets', () => {
  it('count what answers, and a field’s own choices stay visible', async () => {
    const { values, total } = await facet('tool', 'tool:Bash agent:build-07')
    expect(total).toEqual({ count: 20, exact: true })
    expect(values).toEqual({ Bash: 20, Read: 20, Write: 1 })
    expect((await facet('decision', 'tool:Bash agent:build-07')).values).toEqual({ deny: 10, null: 10 })
    expect((await facet('tool', 'tool:Bash -tool:Read decision:deny')).values).toEqual({ Bash: 10 })
  })

  it('call agents and machines by their names', async () => {
    const { facets } = await countFacets(deps(), workspace, '', now)
    const labels = (field: string) =>
      facets.find((one) => one.field === field)?.values.map(({ label, value }) => label ?? value)
    expect(labels('agent')).toContain('build-07')
    expect(labels('machine')).toEqual(expect.arrayContaining(['laptop', 'server', 'control-plane']))
  })

  it.each([
    '',
    'decision:deny',
    'tool:none',
    '-imported:true "git push"',
    '(tool:Bash OR tool:Write) -decision:deny',
  ])('add up to what a look at every entry counts: %s', async (q) => {
    const query = parseQuery(q, now)
    const answers = known.filter(({ facts }) => matchEntry(query, facts))
    const { facets, total } = await countFacets(deps(), workspace, q, now)
    expect(total.count).toBe(answers.length)
    for (const { field, values } of facets) {
      const own = q.includes(`${field}:`)
      const sum = values.reduce((all, { count }) => all + count, 0)
      if (!own) expect(sum, field).toBe(answers.length)
      for (const { value, count } of own ? [] : values)
        expect(answers.filter(({ facts }) => (facts.words[field] ?? null) === value)).toHaveLength(count)
    }
  })
})

describe('the histogram', () => {
  it('has every bucket, and every answer in the bucket of its time', async () => {
    const histogram = await drawHistogram(
      deps(),
      workspace,
      { q: 'agent:build-07 after:2026-11-20', buckets: '20' },
      now,
    )
    const answers = known.filter(({ facts }) => facts.words.agent === agentId)
    expect(histogram.total.count).toBe(answers.length)
    for (const { at, count, denied } of histogram.buckets) {
      const from = Date.parse(at)
      const inside = answers.filter(({ ts }) => ts >= from && ts < from + histogram.stepMs)
      expect(count).toBe(inside.length)
      expect(denied).toBe(inside.filter(({ facts }) => facts.words.decision === 'deny').length)
    }
    expect(histogram.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(answers.length)
    expect(histogram.buckets.length).toBeLessThanOrEqual(20)
  })

  it('marks the hours in which a daemon was stopped, and a machine that is silent', async () => {
    const { gaps, coverage } = await drawHistogram(
      deps(),
      workspace,
      { q: 'after:2026-11-20 before:2026-11-21' },
      now,
    )
    expect(gaps).toContainEqual({
      kind: 'stopped',
      machine: 'mch_laptop',
      name: 'laptop',
      from: new Date(now - 9 * hour).toISOString(),
      to: new Date(now - 6 * hour).toISOString(),
    })
    expect(gaps).toContainEqual({
      kind: 'silent',
      machine: 'mch_server',
      name: 'server',
      from: new Date(now - 5 * hour).toISOString(),
      to: new Date(now).toISOString(),
    })
    expect(gaps).toHaveLength(2)
    expect(coverage).toMatchObject({ machines: 2, heard: 1 })
  })

  it('says nothing where nothing answers', async () => {
    const histogram = await drawHistogram(deps(), workspace, { q: 'tool:nothing' }, now)
    expect(histogram).toMatchObject({ from: null, buckets: [], total: { count: 0, exact: true } })
  })
})

describe('the scale', () => {
  it('leaves strays outside, and counts them there', () => {
    const times = Float64Array.from({ length: 1000 }, (_, n) => now + n * 1000)
    times[0] = 0
    times[1] = now * 3
    const span = drawnSpan(times, { from: null, to: null }, now)
    expect(span?.from).toBeGreaterThanOrEqual(now)
    expect(span?.to).toBeLessThan(now + 2_000_000)
  })

  it('has round steps, and few enough', () => {
    expect(stepFor(24 * hour, 60)).toBe(30 * 60_000)
    for (const length of [1, 999, 61_000, hour, 31 * 24 * hour, 4000 * 24 * hour, 1e14])
      expect(length / stepFor(length, 60)).toBeLessThanOrEqual(60)
  })
})
