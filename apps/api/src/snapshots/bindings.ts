import { type Complaint, Fault } from '@watchbill/contract/fault'
import type { Snapshot } from '@watchbill/contract/snapshots'
import type { Actor } from '../http/handler.ts'
import type { Stored } from './plan.ts'

/** Throws Fault `forbidden` when a machine's credential speaks for another machine. */
export const requireOwnMachine = (actor: Actor, batch: readonly Snapshot[]): void => {
  if (actor.machineId === null) return
  const errors = batch.flatMap(({ machine }, index) =>
    machine.id === actor.machineId
      ? []
      : [
          {
            pointer: `/snapshots/${index}/machine/id`,
            detail: `this credential speaks for ${actor.machineId} only`,
          },
        ],
  )
  if (errors.length === 0) return
  throw new Fault('forbidden', 'A machine credential reports its own machine only.', { errors })
}

/** Throws Fault `invalid_request` when one snapshot says two things about one session. */
export const requireDistinctSessions = (batch: readonly Snapshot[]): void => {
  const errors = batch.flatMap(({ sessions }, index) => {
    const seen = new Set<string>()
    return sessions.flatMap(({ id }, place) => {
      if (!seen.has(id)) return seen.add(id) && []
      return [{ pointer: `/snapshots/${index}/sessions/${place}/id`, detail: 'stands twice in one snapshot' }]
    })
  })
  if (errors.length === 0) return
  throw new Fault('invalid_request', 'A snapshot names a session at most once.', { errors })
}

/**
 * An agent stays on its machine and a session with its agent: an id that turns up elsewhere is a mistake or a lie,
 * and moving it would hide either. Throws Fault `conflict`. Snapshots that were here before are not asked again.
 */
export const requireBindings = (batch: readonly Snapshot[], stored: Stored): void => {
  const machineOf = new Map([...stored.agents].map(([id, row]) => [id, row.machine_id]))
  const agentOf = new Map([...stored.sessions].map(([id, row]) => [id, row.agent_id]))
  const errors: Complaint[] = []
  batch.forEach((snapshot, index) => {
    if (stored.snapshotIds.has(snapshot.id)) return
    const place = `/snapshots/${index}`
    bind(machineOf, snapshot.agent.id, snapshot.machine.id, `${place}/agent/id`, errors)
    snapshot.sessions.forEach(({ id }, at) => {
      bind(agentOf, id, snapshot.agent.id, `${place}/sessions/${at}/id`, errors)
    })
  })
  if (errors.length === 0) return
  throw new Fault('conflict', 'An id in this batch already belongs elsewhere; nothing was stored.', {
    mend: 'Give every agent of a machine, and every session of an agent, an id of its own.',
    errors,
  })
}

const bind = (
  owners: Map<string, string>,
  id: string,
  owner: string,
  pointer: string,
  errors: Complaint[],
): void => {
  const known = owners.get(id) ?? owner
  owners.set(id, known)
  if (known !== owner) errors.push({ pointer, detail: `${id} belongs to ${known}` })
}
