import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { Sealer } from '../ledger/machine-key.ts'
import { AlarmBook } from '../link/alarm-book.ts'
import type { Clock } from '../link/clock.ts'
import { connect } from '../link/connect.ts'
import type { LogAlarm } from '../link/log-alarm.ts'
import { LogMemory } from '../link/log-memory.ts'
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

export interface TestLinkOptions {
  readonly clock?: Clock
  /** Of an earlier one: its folder and its control plane, after a restart. */
  readonly folder?: string
  readonly sink?: Sink
  readonly sealer?: Sealer
}

/** Both lanes of a spool, a sender, and a control plane that takes what it sends. */
export const testLink = async (given: TestLinkOptions = {}) => {
  const { clock } = given
  const sink = given.sink ?? new Sink()
  if (!sink.listening) await sink.open()
  const folder = given.folder ?? (await testFolder())
  const now = clock === undefined ? Date.now : () => clock.wall()
  const log = () => {}
  const spool = await Spool.open(folder, { now })
  const around = {
    machineId: sinkMachineId,
    ws: 'default',
    now,
    sealer: given.sealer ?? null,
    log,
    relieve: () => spool.relieve(),
  }
  const memory = await LogMemory.open(join(folder, 'log-memory.json'), sinkMachineId, {
    damaged: () => {},
    relieve: async () => {},
  })
  const evidence: LogAlarm[] = []
  const alarms = new AlarmBook(now, log, async (alarm) => void evidence.push(alarm))
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
  const timing = clock === undefined ? { haste: 200 } : { clock }
  const parts = { client, spool, entries, memory, alarms }
  const sender = new Sender({ ...parts, machineId: sinkMachineId, random: () => 0, log, ...timing })
  sender.start()
  let open = true
  const close = async () => {
    if (!open) return
    open = false
    await sender.close()
    await entries.close()
    await spool.close()
  }
  ends.push(async () => {
    await close()
    await sink.close()
  })
  const add = async (count: number) => {
    const snapshot = testSnapshot([testSession('a', count)])
    await spool.add({ weight: 'state', snapshot })
    return snapshot.id
  }
  const tell = (from: number, count: number) =>
    entries.take({ told: null, drafts: Array.from({ length: count }, (_, index) => testDraft(from + index)) })
  return { sink, folder, spool, entries, memory, alarms, evidence, sender, add, tell, close }
}

/** The facts the control plane holds, in the order of the chain. */
export const heldCalls = (sink: Sink): unknown[] => sink.book.all().map(({ payload }) => payload.call)
