import type { ControlType } from '@watchbill/contract/control-events'

/** A write is data: one statement, never run by the code that describes it (DESIGN "Two doors for writes"). */
export interface Write {
  readonly sql: string
  /** Integers are bound as BigInt by the client; a JS number would bind as REAL (reference: libSQL trap 7). */
  readonly args: readonly Arg[]
  /** Rows this statement must change; anything else aborts the whole batch and surfaces as GuardFailed. */
  readonly expect?: number
  /** Workspace whose streams wake once this write is durable, if it changed a row; set by db/journal.ts. */
  readonly rings?: string
}
export type Arg = string | number | bigint | boolean | Uint8Array | null

/** Tables telemetry may touch through `ingest`. Everything else goes through `record`, with an entry beside it. */
export type IngestTable =
  | 'machines'
  | 'agents'
  | 'sessions'
  | 'snapshots'
  | 'changes'
  | 'workspaces'
  | 'keys'
  | 'browser_sessions'
  | 'producers'
  | 'logs'
  | 'log_keys'
  | 'checkpoints'
  | 'cosignatures'
  | 'witnesses'
  | 'audit_index'
  | 'audit_columns'
  | 'audit_text'
  | 'shares'
  | 'share_visits'

/** A write the ingest door accepts: the table is named so that the type, not a lint rule, keeps the list closed. */
export interface IngestWrite extends Write {
  readonly table: IngestTable
}

/** Who did it: in an entry, never a name or an address. */
export interface ActorRef {
  readonly kind: 'person' | 'key' | 'machine' | 'enrollment' | 'installation' | 'visitor'
  readonly id: string
}

/** Something a person or a policy would ask about: sign-in, key created, machine joined, workspace deleted. */
export interface RecordEvent {
  /** One of the published table (contract/control-events); what `data` must hold stands there. */
  readonly type: ControlType
  readonly workspace: string
  readonly actor: ActorRef
  /** Small, flat, JSON values only. */
  readonly data: Readonly<
    Record<string, string | number | boolean | null | readonly string[] | readonly number[]>
  >
}

/** An entry ready for the log; its producer numbered and chained it. */
export interface LogEntry {
  /** `producers.no` */
  readonly producerNo: number
  readonly pseq: number
  /** The canonical bytes that were hashed. */
  readonly header: Uint8Array
  /** Their leaf hash, 32 bytes. */
  readonly leaf: Uint8Array
  /** What the header commits to, canonical JSON; null when it was withheld. */
  readonly opened: { readonly payload: string; readonly salt: Uint8Array } | null
}

/** Entries of producers, in the order in which they take their places, then events about them. */
export interface EntryBatch {
  readonly workspace: string
  readonly entries: readonly LogEntry[]
  readonly events?: readonly RecordEvent[]
}

/** Where it stands in the log. */
export interface Recorded {
  readonly firstSeq: number
  /** Leaves of the log right behind it. */
  readonly size: number
}

/**
 * Domain rows and their entries land together, durably, or not at all. Throws GuardFailed when an `expect` does not hold;
 * Fault('unavailable') while the database is away or others keep moving the log.
 */
export type RecordDoor = (what: RecordEvent | EntryBatch, ...writes: Write[]) => Promise<Recorded>

/** Telemetry and derived rows, one durable batch. Returns rows changed per write. Throws GuardFailed likewise. */
export type IngestDoor = (...writes: IngestWrite[]) => Promise<number[]>

/** An `expect` did not hold; nothing of the batch was written. Services turn it into a conflict or precondition Fault. */
export class GuardFailed extends Error {
  override readonly name = 'GuardFailed'
}
