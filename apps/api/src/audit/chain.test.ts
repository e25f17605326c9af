import type { ProducedEntry } from '@watchbill/contract/audit'
import { Fault } from '@watchbill/contract/fault'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { GuardFailed } from '../db/write.ts'
import { createProducer } from '../testing/entry-samples.ts'
import { branchOf, placeOf, planChain, type Stored } from './chain.ts'
import { readEntries } from './read-entries.ts'

const empty: Stored = { heads: new Map(), leaves: new Map(), forks: new Set(), ids: new Map() }
const read = (entries: readonly ProducedEntry[]) => readEntries('default', entries)

/** What is stored once a batch is: all of it, where the database reads only what the next batch names. */
const after = (stored: Stored, entries: readonly ProducedEntry[]) => {
  const plan = planChain(read(entries), stored)
  const places = plan.fresh.map(({ header, leaf }) => [placeOf(header.producer, header.pseq), leaf] as const)
  const ids = plan.fresh.map(({ header }) => [header.id, placeOf(header.producer, header.pseq)] as const)
  const heads = [...plan.heads].map(([producer, head]) => [producer, { ...head, owner: 'mch_x' }] as const)
  const next: Stored = {
    heads: new Map([...stored.heads, ...heads]),
    leaves: new Map([...stored.leaves, ...places]),
    forks: new Set([
      ...stored.forks,
      ...plan.forks.map(({ header, leaf }) => branchOf(header.producer, leaf)),
    ]),
    ids: new Map([...stored.ids, ...ids]),
  }
  return { plan, next, statuses: plan.receipts.map(({ status }) => status) }
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
      const expected: string[] = []
      for (const pick of picks) {
        const entry = pool[pick % pool.length]
        if (!entry) continue
        try {
          const { next, statuses } = after(stored, [entry])
          stored = next
          sent.push(entry)
          expected.push(...statuses)
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
        const { next, statuses } = after(cut, batch)
        cut = next
        return statuses
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
  // The head was read after the entries, then before them.
  expect(() => planChain(read([first]), { ...next, leaves: new Map() })).toThrow(GuardFailed)
  expect(() => planChain(read([first]), { ...empty, ids: next.ids })).toThrow(GuardFailed)
})

it('tells a taken id from an entry of its own', () => {
  const producer = createProducer('ids')
  const [first] = [producer.next()]
  const { id } = JSON.parse(first.header)
  expect(() => after(empty, [first, producer.peek({ id })])).toThrow(Fault)
})
