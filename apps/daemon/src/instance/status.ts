import { readFile } from 'node:fs/promises'
import * as z from 'zod/mini'
import type { DataFolder } from '../data-folder.ts'

const Count = z.int()

const Proofs = z.object({
  unproven: Count,
  proven: Count,
  /** When the oldest receipt without a proof arrived. */
  oldestSentAt: z.nullable(z.string()),
  /** Entries this machine's key has not signed for yet, and why it cannot; null while it can. */
  unsealed: Count,
  unsealable: z.nullable(z.string()),
  /** The log as this machine remembers it; `keys` are fingerprints. */
  log: z.nullable(z.object({ origin: z.string(), size: Count, keys: z.array(z.string()) })),
  /** What does not hold: nothing is deleted meanwhile. */
  alarms: z.array(z.object({ kind: z.string(), what: z.string(), mend: z.string(), since: z.string() })),
  /** Places of the log that a restore lost. */
  restores: z.array(z.object({ from: Count, to: Count, at: z.string() })),
  /** Contradictions on record in the data folder. */
  evidence: Count,
})

/** What a daemon says of itself, over its socket and in `status.json`. Same facts in text and `--json`. */
export const DaemonStatus = z.object({
  v: z.literal(1),
  pid: Count,
  nonce: z.string(),
  version: z.string(),
  startedAt: z.string(),
  at: z.string(),
  apiUrl: z.string(),
  workspace: z.string(),
  machine: z.object({ id: z.string(), name: z.string() }),
  link: z.object({
    state: z.enum(['connecting', 'connected', 'unreachable', 'refused']),
    reason: z.nullable(z.string()),
    mend: z.nullable(z.string()),
    deliveredAt: z.nullable(z.string()),
  }),
  spool: z.object({
    pending: Count,
    sizeBytes: Count,
    setAside: Count,
    damaged: Count,
    dropped: z.object({ state: Count, progress: Count, heartbeat: Count }),
  }),
  /** Entries of the audit chain: waiting, numbered so far, and what is in their way. */
  entries: z.object({
    pending: Count,
    next: Count,
    /** Why none can be written just now, and why none is sent; null while all is well. */
    blocked: z.nullable(z.string()),
    held: z.nullable(z.string()),
    unfit: Count,
    unsaid: Count,
    damaged: Count,
  }),
  /** What became of the entries that were sent. `unproven` have a receipt, `proven` are in the log beyond doubt. */
  proofs: z._default(Proofs, {
    unproven: 0,
    proven: 0,
    oldestSentAt: null,
    unsealed: 0,
    unsealable: null,
    log: null,
    alarms: [],
    restores: [],
    evidence: 0,
  }),
  files: Count,
  watches: Count,
  lookedAt: z.array(
    z.object({
      runtime: z.string(),
      path: z.string(),
      state: z.enum(['found', 'absent', 'unreadable']),
      reason: z.nullable(z.string()),
      sessionCount: z.nullable(Count),
    }),
  ),
  unread: z.array(z.object({ what: z.string(), count: Count })),
  /** What this daemon cannot do here; empty when nothing is missing. */
  limits: z._default(
    z.array(z.object({ what: z.string(), why: z.string(), mend: z.nullable(z.string()) })),
    [],
  ),
  /** Runtimes whose status is asked for; `failures` in a row. Liveness is null before the first look. */
  polled: z._default(
    z.array(
      z.object({
        name: z.string(),
        runtime: z.string(),
        liveness: z.nullable(z.enum(['running', 'stale', 'stopped', 'unreadable'])),
        reason: z.nullable(z.string()),
        polledAt: z.nullable(z.string()),
        failures: Count,
      }),
    ),
    [],
  ),
})
export type DaemonStatus = z.infer<typeof DaemonStatus>

export const parseStatus = (value: unknown): DaemonStatus | null => {
  const parsed = DaemonStatus.safeParse(value)
  return parsed.success ? parsed.data : null
}

/** What the last daemon wrote before it ended; null when there is nothing usable. */
export const lastStatus = async (folder: DataFolder): Promise<DaemonStatus | null> => {
  try {
    return parseStatus(JSON.parse(await readFile(folder.status, 'utf8')))
  } catch {
    return null
  }
}
