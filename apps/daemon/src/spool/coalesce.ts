import type { Snapshot } from '@watchbill/contract/snapshots'

/** What a snapshot tells: a session or agent changed its state, only figures moved, or nothing but "still here". */
export type Weight = 'state' | 'progress' | 'heartbeat'

export interface Weighed {
  readonly weight: Weight
  readonly snapshot: Snapshot
}

const mostSessions = 500

/**
 * The rule for what waits unsent: a snapshot that changed no state may be folded into the next one of the same agent.
 * The newer keeps its id, time and everything it says, and takes over sessions it is silent about. Null: keep both.
 */
export const fold = (older: Weighed, newer: Weighed): Weighed | null => {
  if (older.weight === 'state' || older.snapshot.agent.id !== newer.snapshot.agent.id) return null
  const said = new Set(newer.snapshot.sessions.map(({ id }) => id))
  const kept = older.snapshot.sessions.filter(({ id }) => !said.has(id))
  const sessions = [...kept, ...newer.snapshot.sessions]
  if (sessions.length > mostSessions) return null
  const weight = newer.weight === 'heartbeat' ? older.weight : newer.weight
  return { weight, snapshot: { ...newer.snapshot, sessions } }
}
