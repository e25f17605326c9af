import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeBackends } from '../testing/backends.ts'
import { type EntryDesk, openEntryDesk } from '../testing/entry-desk.ts'
import { createProducer } from '../testing/entry-samples.ts'

const drills = process.env.WATCHBILL_DRILLS === '1'

describeBackends('sending entries', (open) => {
  let desk: EntryDesk
  beforeAll(async () => {
    desk = await openEntryDesk(open)
  })
  afterAll(() => desk.database.cleanup())

  it('stores once what many send at the same time, in this process or several', async () => {
    const producer = createProducer('crowd')
    const batch = producer.take(5)
    const calls = Array.from({ length: 8 }, (_, index) => {
      const entries = batch.slice(0, 1 + (index % 5))
      return index % 2 ? desk.post(entries) : desk.postElsewhere(entries)
    })
    const settled = await Promise.allSettled(calls)
    // Others may keep it from getting its turn; it is then told to come back, and nothing is half done.
    for (const one of settled)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'unavailable' })
    await desk.post(batch)
    expect(await desk.held(producer.id)).toEqual(batch.map(({ header }) => header))
    const stored = settled
      .flatMap((one) => (one.status === 'fulfilled' ? one.value.receipts : []))
      .filter(({ status }) => status === 'stored')
    expect(new Set(stored.map(({ pseq }) => pseq)).size).toBe(stored.length)
  })

  it('keeps one of two branches sent at the same time, and the other as evidence', async () => {
    for (let round = 0; round < 10; round += 1) {
      const producer = createProducer(`race ${round}`)
      await desk.post([producer.next()])
      // Nothing but the place is the same, so nothing but the head of the chain can keep them apart.
      const id = `evt_${producer.id.slice(4)}`
      const branches = [producer.peek(), producer.fork().next({ id })]
      const answers = await Promise.all(branches.map((entry) => desk.postElsewhere([entry])))
      const said = answers.flatMap(({ receipts }) => receipts.map(({ status }) => status))
      expect(said.sort()).toEqual(['equivocation', 'stored'])
      expect(await desk.held(producer.id)).toHaveLength(2)
    }
  })

  it('holds every entry once and in order, however sending is cut, repeated and mixed', async () => {
    const slice = fc.record({
      who: fc.constantFrom(0, 1),
      from: fc.nat(9),
      length: fc.integer({ min: 1, max: 6 }),
    })
    const sendings = fc.array(fc.array(slice, { minLength: 1, maxLength: 3 }), { maxLength: 12 })
    let round = 0
    await fc.assert(
      fc.asyncProperty(sendings, async (plan) => {
        round += 1
        const producers = [createProducer(`a ${round}`), createProducer(`b ${round}`)]
        const chains = producers.map((producer) => producer.take(10))
        let next = [0, 0]
        for (const slices of plan) {
          const sent = slices.flatMap(({ who, from, length }) =>
            (chains[who] ?? [])
              .slice(from, from + length)
              .map((entry, at) => ({ who, pseq: from + at, entry })),
          )
          const model = walk(sent, next)
          const answer = await desk.post(sent.map(({ entry }) => entry)).catch((error: unknown) => error)
          if (model === null) {
            expect(answer).toMatchObject({ code: 'conflict' })
            continue
          }
          next = model.next
          expect(answer).toMatchObject({ receipts: model.statuses.map((status) => ({ status })) })
        }
        for (const [who, producer] of producers.entries()) {
          const headers = (chains[who] ?? []).map(({ header }) => header)
          expect(await desk.held(producer.id)).toEqual(headers.slice(0, next[who]))
          await desk.post(chains[who] ?? [])
          expect(await desk.held(producer.id)).toEqual(headers)
        }
      }),
      { numRuns: drills ? 300 : 30, verbose: 1 },
    )
  })
})

/** What the receipts should say and where the chains then stand; null for a batch with a gap. */
const walk = (sent: readonly { who: number; pseq: number }[], before: readonly number[]) => {
  const next = [...before]
  const statuses: string[] = []
  for (const { who, pseq } of sent) {
    const expected = next[who] ?? 0
    if (pseq > expected) return null
    statuses.push(pseq === expected ? 'stored' : 'duplicate')
    if (pseq === expected) next[who] = expected + 1
  }
  return { next, statuses }
}
