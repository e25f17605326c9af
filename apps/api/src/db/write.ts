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

/** Tables telemetry and producers' own entries may touch through `ingest`. Everything else goes through `record`, with an entry beside it. */
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
  | 'producer_entries'
  | 'payloads'
  | 'salts'

/** A write the ingest door accepts: the table is named so that the type, not a lint rule, keeps the list closed. */
export interface IngestWrite extends Write {
  readonly table: IngestTable
}

/** Who did it: in an entry, never a name or an address. */
export interface ActorRef {
  readonly kind: 'person' | 'key' | 'machine' | 'enrollment' | 'installation'
  readonly id: string
}

/** Something a person or a policy would ask about: sign-in, key created, machine joined, workspace deleted. */
export interface RecordEvent {
  readonly type: string
  readonly workspace: string
  readonly actor: ActorRef
  /** Small, flat, JSON values only. */
  readonly data: Readonly<Record<string, string | number | boolean | null | readonly string[]>>
}

/** Domain rows and their entry land together, durably, or not at all. Throws GuardFailed when an `expect` does not hold. */
export type RecordDoor = (event: RecordEvent, ...writes: Write[]) => Promise<void>

/** Telemetry and derived rows, one durable batch. Returns rows changed per write. Throws GuardFailed likewise. */
export type IngestDoor = (...writes: IngestWrite[]) => Promise<number[]>

/** An `expect` did not hold; nothing of the batch was written. Services turn it into a conflict or precondition Fault. */
export class GuardFailed extends Error {
  override readonly name = 'GuardFailed'
}
