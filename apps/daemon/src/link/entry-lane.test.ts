import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { FakeClock } from '../testing/fake-clock.ts'
import { until } from '../testing/folder.ts'
import { heldCalls, testLink } from '../testing/link.ts'

const calls = (count: number) => Array.from({ length: count }, (_, index) => `call_${index}`)
type Link = Awaited<ReturnType<typeof testLink>>
const emptied = ({ entries }: Link) => until('an empty spool', () => entries.counts.pending === 0)

it('delivers entries in order, in batches, gzipped, and keeps what has a receipt only', async () => {
  const link = await testLink()
  await link.tell(0, 1234)
  await emptied(link)
  expect(heldCalls(link.sink)).toEqual(calls(1234))
  expect(link.sink.book.duplicates).toBe(0)
  expect(link.sink.book.producers).toEqual([link.entries.producer])
})

it('sends again what was stored without an answer: once there, in order', async () => {
  const link = await testLink()
  link.sink.hangUp = true
  await link.tell(0, 700)
  await until('the failure', () => link.sender.link.state === 'unreachable')
  expect(link.entries.counts.pending).toBe(700)
  link.sink.hangUp = false
  await emptied(link)
  expect(heldCalls(link.sink)).toEqual(calls(700))
  expect(link.sink.book.duplicates).toBeGreaterThan(0)
})

it('goes on where the control plane says it stands, after that lost the newest', async () => {
  const link = await testLink()
  await link.tell(0, 10)
  await emptied(link)
  link.sink.book.cut(6)
  await link.tell(10, 5)
  await emptied(link)
  expect(heldCalls(link.sink)).toEqual(calls(15))
  expect(link.sender.entriesHeld).toBeNull()
})

it('stops, keeps everything and says so when another entry stands before the next one', async () => {
  const link = await testLink()
  await link.tell(0, 2)
  await emptied(link)
  link.sink.book.forge(1)
  await link.tell(2, 3)
  await until('the word', () => link.sender.entriesHeld !== null)
  expect(link.sender.entriesHeld).toBe('the control plane expects entry 2 with another one before it')
  expect([link.entries.counts.pending, link.sink.book.all().length]).toEqual([3, 2])
  await link.add(1)
  await until('the snapshots, which go on', () => link.spool.counts.pending === 0)
})

it('does not take a receipt of equivocation for an acknowledgement', async () => {
  const link = await testLink()
  link.sink.hangUp = true
  await link.tell(0, 3)
  await until('the failure', () => link.sender.link.state === 'unreachable')
  link.sink.book.forge(1)
  link.sink.hangUp = false
  await until('the word', () => link.sender.entriesHeld !== null)
  expect(link.sender.entriesHeld).toBe('the control plane holds another entry 1 of this machine')
  expect(link.entries.counts.pending).toBe(3)
})

it('says so, and keeps everything, when it may not send entries', async () => {
  const link = await testLink()
  link.sink.refuseEntries = () => ({ status: 403, code: 'forbidden' })
  await link.tell(0, 3)
  await until('the refusal', () => link.sender.entriesHeld !== null)
  expect(link.entries.counts.pending).toBe(3)
})

it('loses nothing while the control plane is gone for an hour', async () => {
  const clock = new FakeClock()
  const link = await testLink({ clock })
  const atRest = async () => {
    while (clock.sleeping < 3) await setImmediate()
  }
  await link.tell(0, 5)
  await emptied(link)
  await link.sink.close()
  for (let second = 0; second < 3600; second += 8) {
    if (second % 400 === 0) await link.tell(5 + second, 4)
    clock.advance(8000)
    await atRest()
  }
  expect(link.sender.link.state).toBe('unreachable')
  expect(link.entries.counts.pending).toBe(36)
  await link.sink.open()
  clock.advance(8000)
  await emptied(link)
  const numbers = link.sink.book.all().map(({ header }) => header.pseq)
  expect(numbers).toEqual(Array.from({ length: 41 }, (_, at) => at))
})

it('neither stalls nor changes the order when the clock is set back or forth', async () => {
  const clock = new FakeClock()
  const link = await testLink({ clock })
  const order: number[] = []
  const year = 365 * 86_400_000
  for (const [round, jumpMs] of [0, -year, 2 * year, -3 * year, 60_000].entries()) {
    link.sink.hangUp = true
    clock.wallMs += jumpMs
    await link.tell(round * 10, 10)
    order.push(...Array.from({ length: 10 }, (_, index) => round * 10 + index))
    await until('the failure', () => link.sender.link.state === 'unreachable' && clock.sleeping === 3)
    link.sink.hangUp = false
    await until('the rest', async () => {
      clock.advance(1000)
      return link.entries.counts.pending === 0
    })
  }
  expect(heldCalls(link.sink)).toEqual(order.map((number) => `call_${number}`))
})
