import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { until } from '../testing/folder.ts'
import { heldCalls, testLink } from '../testing/link.ts'
import type { AlarmKind } from './log-alarm.ts'

type Link = Awaited<ReturnType<typeof testLink>>

const calls = (count: number) => Array.from({ length: count }, (_, index) => `call_${index}`)
const proven = (link: Link, count: number) =>
  until(`${count} proven`, () => {
    const { proven: done, unproven, pending } = link.entries.counts
    return done === count && unproven + pending === 0
  })
const alarmed = (link: Link, kind: AlarmKind) =>
  until(`the alarm ${kind}`, () => link.alarms.standing.find((alarm) => alarm.kind === kind) ?? null)
const quiet = (link: Link) => until('quiet', () => link.alarms.standing.length === 0)

/** Everything on disk that could still say what entries said. */
const spoolText = async ({ folder }: Link): Promise<string> => {
  const names = (await readdir(join(folder, 'entries'))).filter((name) => name.endsWith('.log'))
  const texts = await Promise.all(names.map((name) => readFile(join(folder, 'entries', name), 'utf8')))
  return texts.join('')
}

/** Nothing of these entries is gone, on disk or in what would be sent again. */
const requireKept = async (link: Link, from: number, count: number) => {
  const text = await spoolText(link)
  const kept = calls(from + count).filter((call) => text.includes(`"${call}"`))
  expect(kept).toEqual(expect.arrayContaining(calls(from + count).slice(from)))
}

it('keeps entries until a checkpoint provably holds them, then lets them go', async () => {
  const link = await testLink()
  link.sink.book.log.seals = false
  await link.tell(0, 700)
  await until('the receipts', () => link.entries.counts.unproven === 700)
  await requireKept(link, 0, 700)
  link.sink.book.log.seals = true
  await proven(link, 700)
  await until('no text of it on disk', async () => !(await spoolText(link)).includes('call_'))
  expect(link.memory.known.checkpoint).toMatchObject({ size: 700, epoch: 0 })
  await link.tell(700, 300)
  await proven(link, 1000)
  await quiet(link)
  expect(link.sink.book.log.asked.consistency).toBeGreaterThan(0)
  expect([link.evidence, heldCalls(link.sink)]).toEqual([[], calls(1000)])
})

it('goes on proving after a restart, with the places it was given', async () => {
  const first = await testLink()
  first.sink.book.log.seals = false
  await first.tell(0, 20)
  await until('the receipts', () => first.entries.counts.unproven === 20)
  await first.close()
  const link = await testLink({ sink: first.sink, folder: first.folder })
  link.sink.book.log.seals = true
  await proven(link, 20)
  expect(link.sink.book.duplicates).toBe(0)
})

it('alarms when an acknowledged tail is dropped, keeps it, and sends it again', async () => {
  const link = await testLink()
  link.sink.book.log.seals = false
  await link.tell(0, 10)
  await until('the receipts', () => link.entries.counts.unproven === 10)
  link.sink.book.cut(6)
  link.sink.refuseEntries = () => ({ status: 503, code: 'unavailable' })
  link.sink.book.log.seals = true
  expect((await alarmed(link, 'dropped')).what).toBe(
    'the control plane acknowledged entry 6 of this machine, and its log of 6 entries does not reach that far',
  )
  await requireKept(link, 6, 4)
  link.sink.refuseEntries = null
  await proven(link, 10)
  await quiet(link)
  expect(heldCalls(link.sink)).toEqual(calls(10))
})

it('alarms at a second history, also after a restart, and keeps everything until the first one is back', async () => {
  const first = await testLink()
  await first.tell(0, 5)
  await proven(first, 5)
  const { leaves } = first.sink.book.log
  const [own = new Uint8Array(), other = new Uint8Array()] = leaves
  leaves[0] = other
  await first.tell(5, 3)
  expect((await alarmed(first, 'history')).what).toContain('does not begin with the 5 this machine remembers')
  expect(first.evidence[0]?.evidence).toMatchObject({
    before: expect.stringContaining('\n5\n'),
    now: expect.stringContaining('\n8\n'),
  })
  await first.close()
  const link = await testLink({ sink: first.sink, folder: first.folder })
  await alarmed(link, 'history')
  await requireKept(link, 5, 3)
  expect(link.memory.known.checkpoint?.size).toBe(5)
  leaves[0] = own
  await proven(link, 8)
  await quiet(link)
})

it('believes no other key than the one it knows', async () => {
  const link = await testLink()
  await link.tell(0, 5)
  await proven(link, 5)
  const back = link.sink.book.log.rekey()
  await link.tell(5, 3)
  expect((await alarmed(link, 'key')).what).toContain('is not signed by the key this machine knows')
  await requireKept(link, 5, 3)
  back()
  await proven(link, 8)
  await quiet(link)
})

it('follows a rotation along the entry that the known key proves, and then knows only the new key', async () => {
  const link = await testLink()
  await link.tell(0, 5)
  await proven(link, 5)
  const [old] = link.memory.known.keys
  link.sink.book.log.addKey()
  await link.tell(5, 3)
  await proven(link, 8)
  expect(link.memory.known.keys).toHaveLength(2)
  link.sink.book.log.retireKeys()
  await link.tell(8, 2)
  await proven(link, 10)
  await quiet(link)
  expect(link.evidence).toEqual([])
  expect(link.memory.known.keys).toHaveLength(1)
  expect(link.memory.known.keys).not.toContain(old)
})

it('trusts nothing on first use that its own key did not sign', async () => {
  const link = await testLink()
  link.sink.book.log.spoilSignature = true
  await link.tell(0, 5)
  await alarmed(link, 'signature')
  expect(link.memory.known).toMatchObject({ keys: [], checkpoint: null })
  await requireKept(link, 0, 5)
  link.sink.book.log.spoilSignature = false
  await proven(link, 5)
  await quiet(link)
})

it('alarms when the log is smaller than it was', async () => {
  const link = await testLink()
  await link.tell(0, 10)
  await proven(link, 10)
  link.sink.book.log.showsAtMost = 4
  await link.tell(10, 2)
  expect((await alarmed(link, 'shrunk')).what).toBe('the log had 10 entries and shows 4 now')
  await requireKept(link, 10, 2)
  link.sink.book.log.showsAtMost = Number.POSITIVE_INFINITY
  await proven(link, 12)
  await quiet(link)
})

it('says so when nothing is sealed, and why', async () => {
  const link = await testLink()
  link.sink.book.log.seals = false
  await link.tell(0, 3)
  expect((await alarmed(link, 'unsealed')).what).toContain(
    '0 of 3 entries are under a checkpoint (the second place cannot be written)',
  )
  await requireKept(link, 0, 3)
  link.sink.book.log.seals = true
  await proven(link, 3)
  await quiet(link)
})

it('takes no proof that does not prove', async () => {
  const link = await testLink()
  link.sink.book.log.spoilRange = true
  await link.tell(0, 3)
  await alarmed(link, 'place')
  await requireKept(link, 0, 3)
  link.sink.book.log.spoilRange = false
  await proven(link, 3)
  await quiet(link)
})

it('takes no place that is not its own, and asks for another', async () => {
  const link = await testLink()
  await link.tell(0, 10)
  await proven(link, 10)
  link.sink.book.misplacedBy = -3
  await link.tell(10, 3)
  await alarmed(link, 'place')
  await requireKept(link, 10, 3)
  link.sink.book.misplacedBy = 0
  await proven(link, 13)
  await quiet(link)
})

it('says so when it may not look, and when there is nothing to look at', async () => {
  const link = await testLink()
  link.sink.refuseLog = { status: 403, code: 'forbidden' }
  await link.tell(0, 3)
  expect((await alarmed(link, 'refused')).mend).toContain('watchbill enroll')
  link.sink.refuseLog = { status: 404, code: 'not_found' }
  await alarmed(link, 'unreadable')
  expect(link.sender.link.state).toBe('connected')
  link.sink.refuseLog = null
  await proven(link, 3)
  await quiet(link)
})

it('sends again what a restore lost, as long as it is here', async () => {
  const link = await testLink()
  await link.tell(0, 4)
  await proven(link, 4)
  link.sink.book.log.seals = false
  await link.tell(4, 6)
  await until('the receipts', () => link.entries.counts.unproven === 6)
  const { producer } = link.entries
  link.sink.book.restore(7)
  link.sink.book.log.seals = true
  await link.tell(10, 1)
  await proven(link, 11)
  await quiet(link)
  expect([link.entries.producer, heldCalls(link.sink)]).toEqual([producer, calls(11)])
  expect(link.memory.known).toMatchObject({ checkpoint: { epoch: 1 }, restores: [] })
})

it('begins a new chain after a restore that lost what is gone here, and says what is lost', async () => {
  const link = await testLink()
  await link.tell(0, 10)
  await proven(link, 10)
  const { producer } = link.entries
  link.sink.book.restore(4)
  await link.tell(10, 3)
  await proven(link, 3)
  await quiet(link)
  expect(link.entries.producer).not.toBe(producer)
  expect(link.sink.book.producers).toEqual([producer, link.entries.producer])
  expect(heldCalls(link.sink)).toEqual([...calls(4), ...calls(13).slice(10)])
  expect(link.memory.known.restores).toMatchObject([{ epoch: 1, from: 4, to: 10 }])
  expect(link.evidence.map(({ kind }) => kind)).not.toContain('origin')
})

it('begins no new chain for a log that does not own up to its restore', async () => {
  const link = await testLink()
  await link.tell(0, 10)
  await proven(link, 10)
  link.sink.book.log.silentRestores = true
  link.sink.book.restore(4)
  await link.tell(10, 3)
  await alarmed(link, 'origin')
  await until('the word', () => link.sender.entriesHeld !== null)
  expect(link.sender.entriesHeld).toBe('the control plane expects entry 4, which is not held here')
  await requireKept(link, 10, 3)
})
