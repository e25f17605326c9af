import type { Snapshot } from '@watchbill/contract/snapshots'
import { expect, it } from 'vitest'
import { until } from '../testing/folder.ts'
import { testLink } from '../testing/link.ts'
import type { Sink } from '../testing/sink.ts'
import { backoffMs } from './backoff.ts'

const stored = (sink: Sink) => sink.snapshots.map(({ id }) => id)

it('delivers in order, with the credential, and empties the spool', async () => {
  const { sink, spool, add } = await testLink()
  const sent = [await add(1), await add(2), await add(3)]
  await until('all of them', () => sink.snapshots.length === 3 && spool.counts.pending === 0)
  expect(stored(sink)).toEqual(sent)
  expect([...sink.tokens]).toEqual(['Bearer wb_default_mch_secret'])
})

it('waits out a control plane that is away, loses nothing and says how it stands', async () => {
  const { sink, spool, sender, add } = await testLink()
  const sent = [await add(1)]
  await until('the first', () => spool.counts.pending === 0)
  await sink.close()
  sent.push(await add(2))
  await until('the failure', () => sender.link.state === 'unreachable')
  sent.push(await add(3))
  await sink.open()
  await until('all of them', () => spool.counts.pending === 0)
  expect(stored(sink)).toEqual(sent)
  expect(sender.link.state).toBe('connected')
})

it('sends again what was stored without an answer, under the same id', async () => {
  const { sink, spool, sender, add } = await testLink()
  sink.hangUp = true
  const id = await add(1)
  await until('the failure', () => sender.link.state === 'unreachable')
  sink.hangUp = false
  await until('the answer', () => spool.counts.pending === 0)
  expect(stored(sink)).toEqual([id])
  expect(sink.duplicates).toBeGreaterThan(0)
})

it('sets the one bad item aside and delivers all others of its batch', async () => {
  const { sink, spool, add } = await testLink()
  const isBad = ({ sessions }: Snapshot) => sessions[0]?.tokens.input === 13
  sink.refuse = (snapshots) => (snapshots.some(isBad) ? { status: 422, code: 'invalid_request' } : null)
  const sent = await Promise.all(Array.from({ length: 30 }, (_, count) => add(count)))
  await until('the rest', () => spool.counts.pending === 0)
  expect(stored(sink)).toEqual(sent.filter((_, count) => count !== 13))
  expect(spool.counts.setAside).toBe(1)
})

it('keeps everything when the credential is refused, and says what to do', async () => {
  const { sink, spool, sender, add } = await testLink()
  sink.refuse = () => ({ status: 401, code: 'unauthenticated' })
  await add(1)
  await until('the refusal', () => sender.link.state === 'refused')
  expect(spool.counts).toMatchObject({ pending: 1, setAside: 0 })
})

it('does not take the answer of some other program for a verdict on its items', async () => {
  const { sink, spool, sender, add } = await testLink()
  sink.refuse = () => ({ status: 404, code: 'this is no problem document of ours' })
  await add(1)
  await until('the failure', () => sender.link.state === 'unreachable')
  expect(spool.counts).toMatchObject({ pending: 1, setAside: 0 })
})

it('backs off by doubling, with jitter, up to eight seconds', () => {
  expect([1, 2, 3, 9, 1000].map((failures) => backoffMs(failures, () => 0))).toEqual([
    125, 250, 500, 4000, 4000,
  ])
  expect([1, 9].map((failures) => backoffMs(failures, () => 1))).toEqual([250, 8000])
})
