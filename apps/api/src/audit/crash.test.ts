import type { EntryReceipt, ProducedEntry } from '@watchbill/contract/audit'
import { createClient } from '@watchbill/contract/client'
import { Fault } from '@watchbill/contract/fault'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { usePlatformHash } from '../node-hash.ts'
import { openAt } from '../testing/database.ts'
import { createProducer } from '../testing/entry-samples.ts'
import { buildPrograms, type Programs } from '../testing/process.ts'
import { until } from '../testing/until.ts'
import { expectWhole } from '../testing/whole-log.ts'

/** Kills of one log: what is checked after each of them is all of it, so many logs cost less than a long one. */
const rounds = 20
const series = Array.from({ length: process.env.WATCHBILL_DRILLS === '1' ? 15 : 1 }, (_, index) => index + 1)

let programs: Programs
let token: string
beforeEach(async () => {
  usePlatformHash()
  programs = await buildPrograms()
  await programs.admin(['migrate'])
  await programs.admin(['workspace', 'init'])
  token = (await programs.admin(['key', 'create', '--scope', 'entry:write'])).stdout.trim()
})
afterEach(() => programs.cleanup())

/** A daemon as the server knows it: sends what it has until it is told where that stands. */
const createSender = (name: string, random: () => number) => {
  const producer = createProducer(name)
  let pending: ProducedEntry[] = []
  return {
    acknowledged: new Map<string, EntryReceipt>(),
    /** Until the server is gone. */
    async send(baseUrl: string): Promise<void> {
      const client = createClient({ baseUrl, token })
      for (;;) {
        if (pending.length === 0) pending = producer.take(1 + Math.floor(random() * 20))
        const answer = await client
          .postEntries({ body: { entries: pending } }, { signal: AbortSignal.timeout(giveUpMs) })
          .catch(faultOf)
        if (answer instanceof Fault) {
          if (answer.code === 'unavailable') return
          throw answer
        }
        for (const [index, receipt] of answer.receipts.entries()) {
          this.acknowledged.set(pending[index]?.header ?? '', receipt)
        }
        pending = []
      }
    },
  }
}

const countOf = (senders: readonly { acknowledged: ReadonlyMap<string, unknown> }[]): number =>
  senders.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0)

/** Node's fetch has been seen to wait for ever on a connection that a kill cut: a daemon gives up too. */
const giveUpMs = 20_000

const faultOf = (error: unknown): Fault => {
  if (error instanceof Fault) return error
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    console.info('gave up on an answer')
    return new Fault('unavailable', 'no answer came')
  }
  throw error
}

it.each(series)(
  `loses nothing it acknowledged and doubles nothing, killed ${rounds} times under load (%i)`,
  async () => {
    const seed = Date.now()
    console.info(`seed ${seed}`)
    const random = createRandom(seed)
    const senders = Array.from({ length: 4 }, (_, n) => createSender(`crash ${seed} ${n}`, random))
    for (let round = 0; round < rounds; round += 1) {
      const before = countOf(senders)
      const { port, child, ended } = await programs.serve()
      const sending = senders.map((sender) => sender.send(`http://127.0.0.1:${port}`))
      // Mostly in the middle of it, now and then before the first one is in.
      if (random() < 0.8) await until(async () => countOf(senders) > before)
      await new Promise((resolve) => setTimeout(resolve, random() * 150))
      child.kill('SIGKILL')
      await Promise.all([...sending, ended])
      const database = await openAt(`file:${programs.data}/watchbill.db`, {}, () => {})
      const headers = await expectWhole(database, 'default')
      for (const { acknowledged } of senders) {
        for (const [header, { seq }] of acknowledged) expect(headers[Number(seq)]).toBe(header)
      }
      expect(new Set(headers).size).toBe(headers.length)
      await database.cleanup()
    }
    expect(senders.map(({ acknowledged }) => acknowledged.size > 0)).toEqual(senders.map(() => true))
  },
  900_000,
)

/** mulberry32: 0 to 1 from a seed, so that a round can be had again. */
const createRandom = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
