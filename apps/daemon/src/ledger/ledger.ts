import { join } from 'node:path'
import type { PayloadLevel } from '@watchbill/contract/events'
import type { DataFolder } from '../data-folder.ts'
import type { Credential } from '../link/credential.ts'
import type { Log } from '../log.ts'
import { EntryLog } from '../spool/entries.ts'
import { Spool } from '../spool/spool.ts'
import { EventDesk } from './event-desk.ts'
import { Identities } from './identities.ts'
import { SessionWatch } from './session-watch.ts'

/** Everything this machine has to say, on its way: telemetry that may be dropped, and entries that may not. */
export interface Ledger {
  readonly telemetry: Spool
  readonly entries: EntryLog
  /** Takes what session files tell. */
  readonly desk: EventDesk
  /** Takes what live processes tell. */
  readonly watch: SessionWatch
  /** The agent of a polled runtime, by its address; null while a new one cannot be written down. */
  identify(runtime: string, address: string, nowMs: number): string | null
  close(): Promise<void>
}

export interface LedgerOptions {
  readonly folder: Pick<DataFolder, 'path' | 'spool'>
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
  const entries = await EntryLog.open(where, { machineId, ws: workspace, now, log, relieve })
  const desk = new EventDesk({ log: entries, identities, level, now })
  return {
    telemetry,
    entries,
    desk,
    watch: new SessionWatch(entries, desk),
    identify: (runtime, address, nowMs) => identities.agentId(runtime, address, nowMs),
    close: async () => {
      await entries.close()
      await telemetry.close()
    },
  }
}
