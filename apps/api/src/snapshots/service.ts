import { Fault } from '@watchbill/contract/fault'
import type { Snapshot } from '@watchbill/contract/snapshots'
import { createTurns } from '../db/turns.ts'
import { GuardFailed } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import type { Actor } from '../http/handler.ts'
import { requireBindings, requireDistinctSessions, requireOwnMachine } from './bindings.ts'
import { type MachineClock, readClock } from './clock.ts'
import { readMachines } from './machine-writes.ts'
import { type Plan, planBatch } from './plan.ts'
import { planWrites, readStored } from './store.ts'

type Doors = Pick<Deps, 'dbFor' | 'ingest' | 'config'>

export interface Report {
  readonly sentAt?: string | undefined
  readonly snapshots: readonly Snapshot[]
}

/**
 * Stores a batch durably, or none of it, and says of each snapshot what became of it.
 * Throws Fault `forbidden`, `invalid_request`, `conflict`; `unavailable` when other processes keep writing the same rows.
 */
export const createPostSnapshots = (deps: Doors) => {
  // At the edge a request may not wait for another one's query; there the guards alone keep order.
  const inTurn = deps.config.runtime === 'edge' ? atOnce : createTurns()
  return async (actor: Actor, workspace: string, report: Report, now: number) => {
    requireOwnMachine(actor, report.snapshots)
    requireDistinctSessions(report.snapshots)
    const clock = readClock(report.sentAt, now)
    // Posts of one machine take turns here, so that a guard only ever fails against another process.
    const key = `${workspace} ${report.snapshots[0]?.machine.id}`
    const plan = await inTurn(key, () => storeBatch(deps, workspace, report.snapshots, clock))
    return { receipts: [...plan.receipts], skewMs: clock.skewMs }
  }
}

const atOnce = <T>(_key: string, work: () => Promise<T>): Promise<T> => work()

const attempts = 5

/** Plans against what is stored, and plans anew when it changed before the batch was written. */
const storeBatch = async (
  deps: Doors,
  workspace: string,
  batch: readonly Snapshot[],
  clock: MachineClock,
): Promise<Plan> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      return await tryBatch(deps, workspace, batch, clock)
    } catch (error) {
      if (!(error instanceof GuardFailed)) throw error
    }
  }
  throw new Fault('unavailable', 'Others keep reporting the same agents; nothing was stored.', {
    mend: 'Send the same batch again: what was stored meanwhile is recognised.',
    retryAfterSeconds: 1,
  })
}

const tryBatch = async (
  deps: Doors,
  workspace: string,
  batch: readonly Snapshot[],
  clock: MachineClock,
): Promise<Plan> => {
  const db = deps.dbFor(workspace)
  const machineIds = batch.map(({ machine }) => machine.id)
  const [stored, machines] = await Promise.all([
    readStored(db, workspace, batch, clock.receivedAt),
    readMachines(db, workspace, machineIds),
  ])
  requireBindings(batch, stored)
  const plan = planBatch(batch, stored, clock)
  if (plan.fresh.length > 0) await deps.ingest(...planWrites(workspace, plan, stored, machines, clock))
  return plan
}
