import { appendFile, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { drillCount, testFolder } from '../testing/folder.ts'
import { FactTable } from './fact-table.ts'
import { Facts } from './facts.ts'

const fact = (number: number) =>
  ((BigInt(number) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn).toString(16).padStart(16, '0')

it('remembers what was flushed, and the newest of it for ever so long', async () => {
  const folder = await testFolder()
  const facts = await Facts.open(folder, 100)
  for (let number = 1; number <= 1000; number += 1) {
    facts.add(fact(number))
    if (number % 37 === 0) await facts.flush()
  }
  await facts.flush()
  for (const known of [facts, await Facts.open(folder, 100)]) {
    for (let number = 901; number <= 1000; number += 1)
      expect(known.has(fact(number)), `${number}`).toBe(true)
    expect(known.has(fact(1))).toBe(false)
    expect(known.size).toBeLessThanOrEqual(300)
  }
  expect((await readFile(join(folder, 'facts.young'))).length).toBeLessThanOrEqual(8 * 137)
})

it('forgets nothing that was whole when its file was torn, and goes on behind it', async () => {
  const folder = await testFolder()
  const facts = await Facts.open(folder)
  for (const number of [1, 2, 3]) facts.add(fact(number))
  await facts.flush()
  await truncate(join(folder, 'facts.young'), 19)
  const torn = await Facts.open(folder)
  expect([1, 2, 3].map((number) => torn.has(fact(number)))).toEqual([true, true, false])
  await appendFile(join(folder, 'facts.young'), 'x')
  torn.add(fact(4))
  await torn.flush()
  const again = await Facts.open(folder)
  expect([1, 2, 4].map((number) => again.has(fact(number)))).toEqual([true, true, true])
})

it('is a set', () => {
  const hash = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n })
  const near = fc.integer({ min: 1, max: 50 }).map((number) => BigInt(number) * 2048n)
  fc.assert(
    fc.property(fc.array(fc.oneof(hash, near), { maxLength: 3000 }), (hashes) => {
      const [table, set] = [new FactTable(), new Set<bigint>()]
      for (const each of hashes) {
        expect(table.add(each)).toBe(!set.has(each))
        set.add(each)
      }
      expect(table.size).toBe(set.size)
      for (const each of hashes) expect(table.has(each)).toBe(true)
      expect(table.has(1n)).toBe(set.has(1n))
    }),
    { numRuns: drillCount(20, 200), verbose: 1 },
  )
})
