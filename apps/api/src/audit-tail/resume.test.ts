import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTailDesk, seqsOf, type TailDesk, takeSeqs } from '../testing/tail-desk.ts'

let desk: TailDesk
let house: TailDesk['house']
beforeEach(async () => {
  desk = await openTailDesk()
  house = desk.house
})
afterEach(() => desk.close())

test('whoever comes back to an id misses none and gets none twice, wherever it was cut', async () => {
  const key = await house.key(['audit:read'])
  const write = desk.writes('property')
  await write('Start')
  const steps = fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          write: fc.array(fc.constantFrom('Bash', 'Read'), { minLength: 1, maxLength: 6 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ read: fc.integer({ min: 0, max: 3 }) }) },
      { weight: 1, arbitrary: fc.constant({ cut: true }) },
    ),
    { minLength: 3, maxLength: 14 },
  )
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const wanted: number[] = []
      const got: number[] = []
      let reader = await desk.connect(key, { q: 'tool:Bash' })
      let id = (await reader.next())?.id ?? ''
      const readOne = async () => {
        const event = await reader.next()
        if (event === null) throw new Error('the stream ended')
        id = event.id ?? id
        got.push(...seqsOf(event))
      }
      const reconnect = async () => {
        await reader.cancel()
        reader = await desk.connect(key, { q: 'tool:Bash', lastId: id })
        expect((await reader.next())?.id).toBe(id)
      }
      for (const step of plan) {
        if ('write' in step) {
          const seqs = await write(...step.write)
          wanted.push(...seqs.filter((_, index) => step.write[index] === 'Bash'))
        } else if ('read' in step) {
          for (let left = step.read; left > 0 && got.length < wanted.length; left -= 1) await readOne()
        } else await reconnect()
      }
      await reconnect()
      while (got.length < wanted.length) await readOne()
      const last = await write('Bash')
      while (got.length < wanted.length + 1) await readOne()
      expect(got).toEqual([...wanted, ...last])
      await reader.cancel()
    }),
    { numRuns: process.env.WATCHBILL_DRILLS === '1' ? 200 : 20 },
  )
})

test('comes in frames of at most 500 and goes on behind the last of each', async () => {
  const write = desk.writes('many')
  const first = await write('First')
  for (let round = 0; round < 3; round += 1) await write(...Array.from({ length: 400 }, () => 'Bash'))
  const reader = await desk.connectAt({}, {}, { q: 'tool:Bash', lastId: String(first[0]) })
  await reader.next()
  const counts: number[] = []
  const seqs: number[] = []
  while (seqs.length < 1200) {
    const found = seqsOf(await reader.next())
    counts.push(found.length)
    seqs.push(...found)
  }
  expect(counts).toEqual([500, 500, 200])
  expect(seqs).toEqual(Array.from({ length: 1200 }, (_, index) => (first[0] ?? 0) + 1 + index))
})

test('a place beyond the log, or none at all, is answered with reset, and goes on from the end', async () => {
  const key = await house.key(['audit:read'])
  const write = desk.writes('reset')
  await write('Bash')
  for (const lastId of ['999999', 'garbage', '-5', '1.5', '99999999999999999999']) {
    const reader = await desk.connect(key, { q: 'tool:Bash', lastId })
    expect((await reader.next())?.event).toBe('hello')
    const size = (await house.client(key).listEntries()).size
    expect(await reader.next()).toMatchObject({
      event: 'reset',
      id: String(size - 1),
      data: { seq: size - 1 },
    })
    const seqs = await write('Bash')
    expect(await takeSeqs(reader, 1)).toEqual(seqs)
    await reader.cancel()
  }
})
