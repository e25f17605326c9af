import type { EntryReceipt, ProducedEntry } from '@watchbill/contract/audit'
import { Fault } from '@watchbill/contract/fault'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { GuardFailed } from '../db/write.ts'
import { createProducer } from '../testing/entry-samples.ts'
import { branchOf, placeOf, planChain, type Stored, settleReceipts } from './chain.ts'
import { readEntries } from './read-entries.ts'

const empty: Stored = { heads: new Map(), held: new Map(), forks: new Set() }
const read = (entries: readonly ProducedEntry[]) => readEntries('default', entries)

/** What is stored once a batch is: all of it, where the database reads only what the next batch names. */
const after = (stored: Stored, entries: readonly ProducedEntry[]) => {
  const plan = planChain(read(entries), stored)
  const firstSeq = stored.held.size
  const places = plan.fresh.map(({ header, leaf }, index) => {
    return [placeOf(header.producer, header.pseq), { leaf, seq: firstSeq + index }] as const
  })
  const heads = [...plan.heads].map(([producer, head]) => {
    return [producer, { ...head, owner: 'mch_x', no: 1 }] as const
  })
  const next: Stored = {
    heads: new Map([...stored.heads, ...heads]),
    held: new Map([...stored.held, ...places]),
    forks: new Set([
      ...stored.forks,
      ...plan.forks.map(({ header, leaf }) => branchOf(header.producer, leaf)),
    ]),
  }
  return { plan, next, receipts: settleReceipts(plan, firstSeq) }
}

/** One chain and one branch off it, in the pieces a sender might send them in. */
const story = fc.record({
  length: fc.integer({ min: 1, max: 8 }),
  forkAt: fc.nat(7),
  forkLength: fc.nat(4),
  picks: fc.array(fc.nat(11), { maxLength: 20 }),
  cuts: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
})

it('says the same of every entry however the same sending is cut into batches, branches included', () => {
  let round = 0
  fc.assert(
    fc.property(story, ({ length, forkAt, forkLength, picks, cuts }) => {
      round += 1
      const producer = createProducer(`story ${round}`)
      const chain = producer.take(Math.min(forkAt, length))
      const branch = producer.fork()
      chain.push(...producer.take(length - chain.length))
      const pool = [...chain, ...Array.from({ length: forkLength }, () => branch.next())]
      // One by one, leaving out what would be refused: what remains must be accepted however it is cut.
      let stored = empty
      const sent: ProducedEntry[] = []
      const expected: EntryReceipt[] = []
      for (const pick of picks) {
        const entry = pool[pick % pool.length]
        if (!entry) continue
        try {
          const { next, receipts } = after(stored, [entry])
          stored = next
          sent.push(entry)
          expected.push(...receipts)
        } catch (error) {
          expect(error).toBeInstanceOf(Fault)
        }
      }
      const batches: ProducedEntry[][] = [[]]
      for (const [index, entry] of sent.entries()) {
        if (cuts[index]) batches.push([])
        batches.at(-1)?.push(entry)
      }
      let cut = empty
      const said = batches.flatMap((batch) => {
        const { next, receipts } = after(cut, batch)
        cut = next
        return receipts
      })
      expect(said).toEqual(expected)
      expect(cut).toEqual(stored)
    }),
    { numRuns: process.env.WATCHBILL_DRILLS === '1' ? 2000 : 200, verbose: 1 },
  )
})

it('asks to be read again when the database moved between two reads', () => {
  const producer = createProducer('torn')
  const [first, second] = [producer.next(), producer.next()]
  const { next } = after(empty, [first, second])
  // The head was read after the entries.
  expect(() => planChain(read([first]), { ...next, held: new Map() })).toThrow(GuardFailed)
})
