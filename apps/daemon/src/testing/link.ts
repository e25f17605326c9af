import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { Clock } from '../link/clock.ts'
import { connect } from '../link/connect.ts'
import { Sender } from '../link/sender.ts'
import { EntryLog } from '../spool/entries.ts'
import { Spool } from '../spool/spool.ts'
import { testDraft } from './drafts.ts'
import { testFolder } from './folder.ts'
import { Sink, sinkMachineId } from './sink.ts'
import { testSession, testSnapshot } from './snapshot.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** Both lanes of a spool, a sender, and a control plane that takes what it sends. */
export const testLink = async (clock?: Clock) => {
  const sink = new Sink()
  await sink.open()
  const folder = await testFolder()
  const now = clock === undefined ? Date.now : () => clock.wall()
  const log = () => {}
  const spool = await Spool.open(folder, { now })
  const around = { machineId: sinkMachineId, ws: 'default', now, log, relieve: () => spool.relieve() }
  const entries = await EntryLog.open(join(folder, 'entries'), around)
  const client = connect({
    v: 1,
    apiUrl: sink.url,
    machineId: sinkMachineId,
    machineName: 'test',
    workspace: 'default',
    secret: 'wb_default_mch_secret',
    payload: 'request',
    joinedAt: new Date(0).toISOString(),
  })
  const timing = clock === undefined ? {} : { clock }
  const options = { client, spool, entries, machineId: sinkMachineId, random: () => 0, log, ...timing }
  const sender = new Sender(options)
  sender.start()
  ends.push(async () => {
    await sender.close()
    await entries.close()
    await spool.close()
    await sink.close()
  })
  const add = async (count: number) => {
    const snapshot = testSnapshot([testSession('a', count)])
    await spool.add({ weight: 'state', snapshot })
    return snapshot.id
  }
  const tell = (from: number, count: number) =>
    entries.take({ told: null, drafts: Array.from({ length: count }, (_, index) => testDraft(from + index)) })
  return { sink, spool, entries, sender, add, tell }
}

/** The facts the control plane holds, in the order of the chain. */
export const heldCalls = (sink: Sink): unknown[] => sink.book.all().map(({ payload }) => payload.call)
