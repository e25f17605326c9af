import { join } from 'node:path'
import type { PayloadLevel } from '@watchbill/contract/events'
import type { DataFolder } from '../data-folder.ts'
import { AlarmBook } from '../link/alarm-book.ts'
import type { Credential } from '../link/credential.ts'
import { LogMemory } from '../link/log-memory.ts'
import type { ProofParts } from '../link/proof-standing.ts'
import type { Log } from '../log.ts'
import { Aside } from '../spool/aside.ts'
import { EntryLog } from '../spool/entries.ts'
import { Spool } from '../spool/spool.ts'
import { EventDesk } from './event-desk.ts'
import { Identities } from './identities.ts'
import { readMachineKey, type SealCause } from './machine-key.ts'
import { SessionWatch } from './session-watch.ts'

/** Everything this machine has to say, on its way: telemetry that may be dropped, and entries that may not. */
export interface Ledger extends ProofParts {
  readonly telemetry: Spool
  /** Takes what session files tell. */
  readonly desk: EventDesk
  /** Takes what live processes tell. */
  readonly watch: SessionWatch
  /** The agent of a polled runtime, by its address; null while a new one cannot be written down. */
  identify(runtime: string, address: string, nowMs: number): string | null
  /** Signs for what is new, and lets go of what is proven. While entries cannot be written, the next time will do. */
  seal(cause: SealCause): Promise<void>
  close(): Promise<void>
}

export interface LedgerOptions {
  readonly folder: DataFolder
  readonly credential: Pick<Credential, 'machineId' | 'workspace'>
  readonly level: PayloadLevel
  /** Room for telemetry, bytes; entries have no limit but the disk. */
  readonly telemetryBytes: number
  readonly now: () => number
  readonly log: Log
}

/** Opens both lanes of the spool. Throws when the folder cannot be used; there must be one at a time. */
export const createLedger = async (options: LedgerOptions): Promise<Ledger> => {
  const { folder, credential, level, telemetryBytes, now, log } = options
  const { machineId, workspace } = credential
  const identities = Identities.open(join(folder.path, 'identities.json'), machineId)
  const telemetry = await Spool.open(folder.spool, { now, limitBytes: telemetryBytes })
  await telemetry.keepOnly(machineId)
  const relieve = () => telemetry.relieve()
  const where = join(folder.spool, 'entries')
  const key = await readMachineKey(folder.machineKey, machineId)
  if (key.sealer === null) log({ event: 'machine-key.unusable', reason: key.reason })
  const { sealer } = key
  const entries = await EntryLog.open(where, { machineId, ws: workspace, now, sealer, log, relieve })
  const damaged = () => log({ event: 'log-memory.damaged', kept: `${folder.logMemory}.unusable` })
  const memory = await LogMemory.open(folder.logMemory, machineId, { damaged, relieve })
  const evidence = await Aside.open(folder.logEvidence)
  const alarms = new AlarmBook(now, log, (alarm, atMs) => evidence.add(alarm.message, atMs, alarm.evidence))
  const desk = new EventDesk({ log: entries, identities, level, now })
  return {
    telemetry,
    entries,
    key,
    memory,
    alarms,
    evidence,
    desk,
    watch: new SessionWatch(entries, desk),
    identify: (runtime, address, nowMs) => identities.agentId(runtime, address, nowMs),
    seal: async (cause) => {
      await entries.seal(cause).catch(() => undefined)
      await entries.tidy()
    },
    close: async () => {
      await entries.close()
      await telemetry.close()
    },
  }
}
