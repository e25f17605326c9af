import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseHeader } from '@watchbill/ledger'
import { expect, it } from 'vitest'
import { startPlace } from '../collect/cursor.ts'
import { testDraft } from '../testing/drafts.ts'
import { arrive, drain, openEntryLog as open, requireChain, take, zero } from '../testing/entry-log.ts'
import { drillCount, testFolder } from '../testing/folder.ts'

it('numbers and chains, each with a salt and an id of its own, and goes on after a restart', async () => {
  const folder = await testFolder()
  const log = await open(folder)
  await take(log, 0, 3)
  const before = await log.next(500, 1e9)
  await log.close()
  const again = await open(folder)
  await take(again, 3, 2)
  const all = await again.next(500, 1e9)
  expect(all.slice(0, 3)).toEqual(before)
  requireChain(all, 0, zero)
  expect(all).toHaveLength(5)
  expect(new Set(all.map(({ salt }) => salt)).size).toBe(5)
  expect(new Set(all.map(({ header }) => parseHeader(new TextEncoder().encode(header)).id)).size).toBe(5)
  const names = (await readdir(folder)).map((name) => join(folder, name))
  for (const name of names) expect((await stat(name)).mode & 0o077, name).toBe(0)
})

it('keeps the chain over files that are gone: last leaf and number survive what was proven', async () => {
  const folder = await testFolder()
  const log = await open(folder)
  let [leaf, count] = [zero, 0]
  for (let round = 0; round < 6; round += 1) {
    await take(log, count, 600, 'x'.repeat(300))
    const entries = await drain(log, 170)
    leaf = requireChain(entries, count, leaf)
    count += entries.length
  }
  await log.close()
  const files = (await readdir(folder)).filter((name) => name.endsWith('.log'))
  expect(files).toHaveLength(1)
  expect((await stat(join(folder, files[0] ?? ''))).size).toBeLessThan(1024)
  const again = await open(folder)
  await take(again, count, 1)
  requireChain(await drain(again), count, leaf)
})

it('gives back a long backlog in order, across files, without holding it in memory', async () => {
  const folder = await testFolder()
  const log = await open(folder)
  for (let at = 0; at < 6000; at += 500) await take(log, at, 500, 'y'.repeat(400))
  expect((await readdir(folder)).filter((name) => name.endsWith('.log')).length).toBeGreaterThan(3)
  await log.close()
  const again = await open(folder)
  expect(again.counts.pending).toBe(6000)
  const entries = await drain(again, 333)
  expect(entries).toHaveLength(6000)
  requireChain(entries, 0, zero)
})

it('takes a fact once: in one reading, in the next one, after restarts and when its file is long gone', async () => {
  const folder = await testFolder()
  let log = await open(folder)
  await log.take({ told: null, drafts: [testDraft(1), testDraft(1), testDraft(2)] })
  await log.take({ told: null, drafts: [testDraft(2)] })
  await drain(log)
  await take(log, 10, 1500, 'z'.repeat(700))
  await drain(log)
  await log.close()
  log = await open(folder)
  await log.take({ told: null, drafts: [testDraft(1), testDraft(2), testDraft(11), testDraft(3)] })
  expect(log.counts).toMatchObject({ pending: 1, next: 1503 })
})

it('loses a reading whole or not at all, whichever byte the file was torn at', async () => {
  const folder = await testFolder()
  const log = await open(folder)
  const place = { ...startPlace(7), offset: 10 }
  await log.take({ told: { file: 'a', place }, drafts: [testDraft(1), testDraft(2)] })
  await log.take({
    told: { file: 'a', place: { ...place, offset: 20 } },
    drafts: [testDraft(3), testDraft(4)],
  })
  await log.close()
  const path = join(folder, `${'0'.repeat(16)}.log`)
  const whole = await readFile(path)
  const begin = whole.indexOf(10) + 1
  const step = drillCount(7, 1)
  for (let cut = begin; cut <= whole.length; cut += step) {
    await writeFile(path, whole.subarray(0, cut))
    const torn = await open(folder)
    const { next } = torn.counts
    expect([next, torn.told('a')?.offset ?? 0]).toEqual([next, next * 5])
    expect([0, 2, 4]).toContain(next)
    await torn.take({ told: null, drafts: [1, 2, 3, 4].map((number) => testDraft(number)) })
    expect(torn.counts.next).toBe(4)
    requireChain(await torn.next(10, 1e9), 0, zero)
    await torn.close()
  }
})

it('begins another chain for another enrolment, and keeps the old one', async () => {
  const folder = await testFolder()
  const log = await open(folder)
  await take(log, 0, 2)
  const { producer } = log
  await log.close()
  const other = await open(folder, { machineId: 'mch_00000000-0000-7000-8000-000000000009' })
  expect(other.producer).not.toBe(producer)
  expect(other.counts).toMatchObject({ pending: 0, next: 0 })
  expect(await readdir(join(folder, 'put-away-1'))).toEqual([`${'0'.repeat(16)}.log`])
})

it('sends again from a number it still holds, and knows which it does not', async () => {
  const log = await open(await testFolder())
  await take(log, 0, 10)
  await arrive(log, await log.next(8, 1e9))
  expect((await log.next(10, 1e9)).map(({ pseq }) => pseq)).toEqual([8, 9])
  expect([await log.rewind(3), await log.rewind(11)]).toEqual([true, false])
  expect((await log.next(10, 1e9)).map(({ pseq }) => pseq)).toEqual([3, 4, 5, 6, 7, 8, 9])
})

it('refuses what no entry can say, counts it, and goes on', async () => {
  const log = await open(await testFolder())
  const bad = { ...testDraft(1), payload: { tool: '\ud800' } }
  await log.take({ told: null, drafts: [bad, testDraft(2)] })
  expect(log.counts).toMatchObject({ next: 1, unfit: 1 })
})

it('keeps what has a receipt, and its place, until it is proven; whatever kills it in between', async () => {
  const folder = await testFolder()
  const log = await open(folder)
  await take(log, 0, 10)
  await arrive(log, await log.next(6, 1e9))
  expect(log.counts).toMatchObject({ pending: 4, unproven: 6, proven: 0, oldestSentMs: 500 })
  await log.close()
  const again = await open(folder)
  expect(again.counts).toMatchObject({ pending: 4, unproven: 6, proven: 0, oldestSentMs: 500 })
  expect((await again.unproven(104, 10))?.entries.map(({ pseq }) => pseq)).toEqual([0, 1, 2, 3])
  expect(await again.unproven(100, 10)).toBeNull()
  expect([again.firstBeyond(106), again.firstBeyond(103)]).toEqual([null, 3])
  await again.prove(4)
  expect((await again.unproven(1000, 10))?.seq).toBe(104)
  await again.close()
  const last = await open(folder)
  expect(last.counts).toMatchObject({ pending: 4, unproven: 2, proven: 4 })
  await last.rewind(2)
  expect(last.counts).toMatchObject({ pending: 8, unproven: 0, proven: 2 })
  await last.close()
  expect((await open(folder)).counts).toMatchObject({ pending: 8, unproven: 0, proven: 2 })
})

it('lets go of nothing that is not proven, and of proven text soon', async () => {
  const folder = await testFolder()
  const log = await open(folder)
  await take(log, 0, 3, 'canary')
  await arrive(log, await log.next(3, 1e9))
  await log.tidy()
  const text = async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.log'))
    return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('')
  }
  expect(await text()).toContain('canary')
  await log.prove(2)
  expect(await text()).toContain('canary')
  await log.prove(3)
  expect(await text()).not.toContain('canary')
})

it('goes on with a spool of the version before: two of its five entries had receipts, all are sent', async () => {
  const folder = await testFolder()
  const fixture = new URL('./testdata/v1-two-acked.log', import.meta.url)
  await writeFile(join(folder, `${'0'.repeat(16)}.log`), await readFile(fixture), { mode: 0o600 })
  const log = await open(folder)
  expect(log.counts).toMatchObject({ pending: 5, unproven: 0, proven: 0, next: 5, damaged: 0 })
  requireChain(await log.next(10, 1e9), 0, zero)
  await take(log, 5, 1)
  await arrive(log, await log.next(10, 1e9))
  await log.prove(4)
  await log.close()
  const again = await open(folder)
  expect(again.counts).toMatchObject({ pending: 0, unproven: 2, proven: 4, next: 6 })
  expect(again.told('a')?.offset).toBe(0)
})
