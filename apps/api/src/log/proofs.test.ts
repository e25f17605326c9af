import { merkle } from '@watchbill/ledger'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeBackends } from '../testing/backends.ts'
import { createSampleLog, type SampleLog } from '../testing/log-samples.ts'
import { proveConsistency, proveInclusion, proveRange } from './proofs.ts'

const drills = process.env.WATCHBILL_DRILLS === '1'
const edges = [0, 1, 2, 255, 256, 257, 511, 512]
const large = [65_535, 65_536, 65_537]

/** The empty log has its root too. */
const rootOf = (log: SampleLog) => merkle.rootOf(log.frontier())

/** Places worth asking for in a span: its ends, the seams between tiles, and some in between. */
const placesIn = (from: number, to: number, random: (below: number) => number): number[] =>
  [
    from,
    to - 1,
    255,
    256,
    65_535,
    ...Array.from({ length: drills ? 20 : 2 }, () => from + random(to - from)),
  ].filter((place) => place >= from && place < to)

describeBackends('proofs', (open, backend) => {
  test('every proof of a log holds, at the size reached and at every size before', async () => {
    const database = await open()
    const db = database.dbFor('default')
    const log = await createSampleLog((sql, args) => database.raw(sql, args))
    const seed = Math.floor(Math.random() * 2 ** 31)
    const [{ random, more }] = fc.sample(
      fc.infiniteStream(fc.nat()).map((stream) => ({
        random: (below: number) => (stream.next().value ?? 0) % below,
        more: backend === 'file' ? 1 + ((stream.next().value ?? 0) % 900) : 300,
      })),
      { numRuns: 1, seed },
    ) as [{ random: (below: number) => number; more: number }]
    const sizes = backend === 'file' ? [...edges, ...large, 65_537 + more] : [...edges, 512 + more]
    const roots = new Map<number, Uint8Array>()

    const check = async (size: number, head: number) => {
      const root = roots.get(size) ?? new Uint8Array()
      const where = `size ${size} of ${head}, seed ${seed}`
      for (const index of size === 0 ? [] : placesIn(0, size, random)) {
        const path = await proveInclusion(db, 'default', index, size)
        const leaf = log.leaves[index] ?? new Uint8Array()
        expect(merkle.checkInclusion(leaf, index, size, path, root), `leaf ${index}, ${where}`).toBe(true)
        const to = index + 1 + random(Math.min(300, size - index))
        const range = await proveRange(db, 'default', index, to, size)
        const leaves = log.leaves.slice(index, to)
        expect(merkle.checkRange(leaves, index, size, range, root), `${index}..${to}, ${where}`).toBe(true)
      }
      for (const [before, old] of roots) {
        if (before > size) continue
        const path = await proveConsistency(db, 'default', before, size)
        expect(merkle.checkConsistency(before, size, path, old, root), `from ${before}, ${where}`).toBe(true)
      }
    }

    for (const size of sizes) {
      await log.append(size - log.leaves.length)
      roots.set(size, rootOf(log))
      await check(size, size)
    }
    for (const size of drills ? sizes : sizes.slice(-4)) await check(size, log.leaves.length)
    await database.cleanup()
  })

  test('what was read before is not taken for a log made anew under the same name', async () => {
    const database = await open()
    const db = database.dbFor('demo')
    const run = (sql: string, args: (string | bigint | Uint8Array | null)[]) => database.raw(sql, args)
    const before = await createSampleLog(run, { workspace: 'demo' })
    await before.append(300)
    await proveInclusion(db, 'demo', 3, 300)
    for (const table of ['entries', 'tiles', 'tile_roots', 'producers', 'logs'])
      await database.raw(`DELETE FROM ${table} WHERE workspace_id = 'demo'`)
    const after = await createSampleLog(run, { workspace: 'demo', payloadOf: () => ({ other: true }) })
    await after.append(300)
    await database.raw("UPDATE logs SET own_producer = 'prd_another' WHERE workspace_id = 'demo'")
    const path = await proveInclusion(db, 'demo', 3, 300)
    expect(merkle.checkInclusion(after.leaves[3] ?? new Uint8Array(), 3, 300, path, rootOf(after))).toBe(true)
    await database.cleanup()
  })

  test('a place the log has not come to is refused, a log with a hole says so', async () => {
    const database = await open()
    const db = database.dbFor('demo')
    const log = await createSampleLog((sql, args) => database.raw(sql, args), { workspace: 'demo' })
    await log.append(5)
    await expect(proveInclusion(db, 'demo', 5, 5)).rejects.toThrow(RangeError)
    await expect(proveConsistency(db, 'demo', 3, 2)).rejects.toThrow(RangeError)
    await expect(proveRange(db, 'demo', 2, 2, 5)).rejects.toThrow(RangeError)
    await expect(proveInclusion(db, 'demo', 1, 9)).rejects.toThrow('lacks')
    await database.raw("DELETE FROM entries WHERE workspace_id = 'demo' AND seq = 2")
    await expect(proveInclusion(db, 'demo', 0, 4)).rejects.toThrow('lacks')
    await database.cleanup()
  })
})
