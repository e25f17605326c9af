import * as z from 'zod/mini'
import { Component, Health, MachineState, NativeDocument, Reading } from './agents.ts'
import { endpoint } from './endpoint.ts'
import { SessionReport } from './sessions.ts'
import { AgentId, Instant, MachineId, SnapshotId, Source, text } from './values.ts'

/** What an agent (one runtime installation on a machine) looks like at one moment. */
export const Snapshot = z.strictObject({
  v: z.literal(1),
  /** Random UUIDv7: sending the same snapshot again changes nothing. */
  id: SnapshotId,
  /** The moment it describes, by the machine's clock. */
  observedAt: Instant,
  machine: z.strictObject({ id: MachineId, name: text(120).check(z.minLength(1)) }),
  agent: z.strictObject({
    id: AgentId,
    /** `claude-code`, `codex`, `gemini-cli`, … */
    runtime: z
      .string()
      .check(z.regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a runtime name such as claude-code')),
    name: text(120).check(z.minLength(1)),
    owner: z._default(z.nullable(text(120)), null),
    version: z._default(z.nullable(text(60)), null),
  }),
  liveness: z.enum(['running', 'stopped', 'unreadable']),
  livenessReason: z._default(z.nullable(text(300)), null),
  health: z._default(Health, 'unknown'),
  healthReason: z._default(z.nullable(text(300)), null),
  source: z._default(Source, 'observed'),
  /** Last sign of life of a running agent where that is older than the look at it, as a heartbeat in a file; else left out. */
  aliveAt: z.optional(Instant),
  /** Age, counted from `aliveAt` or else `observedAt`, at which `running` is shown as stale. */
  ttlMs: z._default(z.int().check(z.minimum(1000), z.maximum(86_400_000)), 60_000),
  readings: z._default(z.array(Reading).check(z.maxLength(64)), []),
  /** Parts of the runtime with their own health; left out where it names none. */
  components: z.optional(z.array(Component).check(z.maxLength(64))),
  machineState: z.optional(MachineState),
  native: z.optional(NativeDocument),
  /** Sessions that changed since the last snapshot; the others stand as they were. */
  sessions: z._default(z.array(SessionReport).check(z.maxLength(500)), []),
})
export type Snapshot = z.infer<typeof Snapshot>

export const SnapshotReceipt = z.object({
  id: SnapshotId,
  /** late: kept in history, but a newer one stays the latest. duplicate: this id was here before. */
  status: z.enum(['stored', 'late', 'duplicate']),
})

export const snapshots = {
  postSnapshots: endpoint({
    method: 'POST',
    path: '/v1/snapshots',
    scope: 'snapshot:write',
    summary: 'Report snapshots: all of a batch is stored, durably, or none of it',
    body: z.strictObject({
      /** The machine's clock as it sends; lets the server remove clock skew. */
      sentAt: z.optional(Instant),
      snapshots: z.array(Snapshot).check(z.minLength(1), z.maxLength(500)),
    }),
    limitBytes: 8 * 1024 * 1024,
    reply: 'json',
    response: z.object({ receipts: z.array(SnapshotReceipt), skewMs: z.nullable(z.int()), now: Instant }),
  }),
}
