import { notes } from '@watchbill/ledger'
import type { DaemonStatus } from '../instance/status.ts'
import type { KeyState } from '../ledger/machine-key.ts'
import type { EntryLog } from '../spool/entries.ts'
import type { AlarmBook } from './alarm-book.ts'
import type { LogMemory } from './log-memory.ts'

export interface ProofParts {
  readonly entries: EntryLog
  readonly key: KeyState
  readonly memory: LogMemory
  readonly alarms: AlarmBook
  /** Contradictions on record in the data folder. */
  readonly evidence: { readonly count: number }
}

/** How far what was sent is proven, and what does not hold. */
export const proofStanding = ({
  entries,
  key,
  memory,
  alarms,
  evidence,
}: ProofParts): DaemonStatus['proofs'] => {
  const { unproven, proven, unsealed, oldestSentMs } = entries.counts
  const { checkpoint, keys, restores } = memory.known
  return {
    unproven,
    proven,
    oldestSentAt: oldestSentMs === null ? null : instant(oldestSentMs),
    unsealed,
    unsealable: key.reason,
    log:
      checkpoint === null
        ? null
        : { origin: checkpoint.origin, size: checkpoint.size, keys: keys.map(notes.fingerprintOf) },
    alarms: alarms.standing.map(({ sinceMs, ...alarm }) => ({ ...alarm, since: instant(sinceMs) })),
    restores: restores.map(({ from, to, atMs }) => ({ from, to, at: instant(atMs) })),
    evidence: evidence.count,
  }
}

const instant = (ms: number): string => new Date(ms).toISOString()
