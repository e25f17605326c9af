import type { LogMemory } from './log-memory.ts'
import type { Log } from './prove-checkpoint.ts'

/**
 * What this browser knows of the log it looks at. proven: the newest checkpoint goes on from the one remembered.
 * unsealed: entries, but no checkpoint yet. unable: this browser has no WebCrypto here (plain http).
 */
export interface LogView {
  readonly kind: 'asking' | 'unsealed' | 'proven' | 'contradicted' | 'unreachable' | 'unable'
  readonly log: Log | null
  readonly memory: LogMemory | null
  /** Server's clock when the newest checkpoint was last held against memory, ms; null before. */
  readonly checkedAt: number | null
  readonly witnessed: readonly string[]
  /** Why there is nothing newer to say. */
  readonly why: string | null
}

export const noView: LogView = {
  kind: 'asking',
  log: null,
  memory: null,
  checkedAt: null,
  witnessed: [],
  why: null,
}

/**
 * The checkpoint entries may be proven by; null while none was proven here, and while the log shows less than that:
 * what stands there now came out of a backup, and is not what the checkpoint is about.
 */
export function provenCheckpoint({ log, memory }: LogView): { size: number; root: string } | null {
  const shorter = memory !== null && log !== null && (log.checkpoint?.size ?? 0) < memory.size
  return memory === null || shorter ? null : { size: memory.size, root: memory.root }
}
