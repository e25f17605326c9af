import type { AuditEntry } from '@watchbill/contract/audit'
import { merkle } from '@watchbill/ledger'
import { expect, test } from 'vitest'
import { describeBackends } from '../testing/backends.ts'
import { createSampleLog, type SampleLog } from '../testing/log-samples.ts'
import { listEntries } from './entries-list.ts'

type Page = Awaited<ReturnType<typeof listEntries>>

const encoder = new TextEncoder()

/** A page proves itself: its headers, hashed here, stand in the checkpoint; what is above it is pending. */
const expectProven = (page: Page, rootAt: ReadonlyMap<number, Uint8Array>) => {
  const seqs = page.entries.map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) - index))
  const { proof, checkpoint } = page
  const sealed = page.entries.filter(({ seq }) => seq < (checkpoint?.size ?? 0)).reverse()
  if (sealed.length === 0) return expect(proof).toBeNull()
  expect(proof).toMatchObject({
    from: sealed[0]?.seq,
    to: (sealed.at(-1)?.seq ?? 0) + 1,
    size: checkpoint?.size,
  })
  const leaves = sealed.map(({ header }) => merkle.leafHash(encoder.encode(header)))
  const hashes = (proof?.hashes ?? []).map((hash) => new Uint8Array(Buffer.from(hash, 'base64')))
  const root = rootAt.get(checkpoint?.size ?? 0) ?? new Uint8Array()
  expect(merkle.checkRange(leaves, sealed[0]?.seq ?? 0, checkpoint?.size ?? 0, hashes, root)).toBe(true)
}

describeBackends('paging the audit log', (open) => {
  /** A log that is sealed up to 400, then goes on; `grow` appends and now and then seals. */
  const openLog = async () => {
    const database = await open()
    const log = await createSampleLog((sql, args) => database.raw(sql, args))
    const rootAt = new Map<number, Uint8Array>()
    const seal = async () => {
      await log.checkpoint()
      rootAt.set(log.leaves.length, merkle.rootOf(log.frontier()))
    }
    await log.append(400)
    await seal()
    await log.append(20)
    const list = async (query: Parameters<typeof listEntries>[2]) => {
      const page = await listEntries(database, 'default', query)
      expectProven(page, rootAt)
      return page
    }
    return { database, log, seal, list }
  }

  const expectWhole = (entries: readonly AuditEntry[], log: SampleLog) => {
    const texts = [...entries].reverse().map(({ header }) => header)
    expect(texts).toEqual(log.headers.slice(0, texts.length))
  }

  test('towards the beginning, and none twice or left out while others append', async () => {
    const { database, log, seal, list } = await openLog()
    const found: AuditEntry[] = []
    for (let before: number | undefined; before !== 0; before = found.at(-1)?.seq ?? 0) {
      const [page] = await Promise.all([
        list(before === undefined ? { limit: '60' } : { before: String(before), limit: '60' }),
        log.append(7),
      ])
      await seal()
      found.push(...page.entries)
    }
    expect(found.length).toBeGreaterThanOrEqual(420)
    expectWhole(found, log)
    await database.cleanup()
  })

  test('towards the end, through everything that came meanwhile', async () => {
    const { database, log, seal, list } = await openLog()
    const found: AuditEntry[] = []
    for (let turn = 0; turn < 20; turn += 1) {
      const page = await list({ from: String(found.length), limit: '50' })
      if (page.entries.length === 0) break
      found.push(...page.entries.reverse())
      if (turn < 5) {
        await log.append(11)
        await seal()
      }
    }
    expect(found).toHaveLength(420 + 55)
    expectWhole([...found].reverse(), log)
    await database.cleanup()
  })

  test('beyond either end there is nothing; without a log too', async () => {
    const { database, list } = await openLog()
    expect((await list({ before: '0' })).entries).toEqual([])
    expect((await list({ from: '420' })).entries).toEqual([])
    expect((await list({ from: '9007199254740991' })).entries).toEqual([])
    expect((await list({ before: '9007199254740991', limit: '1' })).entries[0]?.seq).toBe(419)
    expect((await list({ before: '401', limit: '1' })).proof).toBeNull()
    expect((await list({ before: '402', limit: '3' })).proof).toMatchObject({ from: 399, to: 400 })
    await expect(list({ before: '3', from: '2' })).rejects.toMatchObject({ code: 'invalid_request' })
    const nothing = { entries: [], size: 0, checkpoint: null, proof: null, total: { count: 0, exact: true } }
    expect(await listEntries(database, 'other', {})).toMatchObject(nothing)
    await database.cleanup()
  })
})
