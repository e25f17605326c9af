import type { Health, Liveness } from '@watchbill/contract/agents'
import type { Source } from '@watchbill/contract/values'

/** What a collector got where it asked for one document: a file, an HTTP answer, a reply frame, a row of a database. */
export type Gathered =
  | {
      readonly kind: 'document'
      /** At most 1 MiB is read by `parseStatus`; a longer one is unreadable. */
      readonly bytes: Uint8Array
      /** Null where the document did not come by HTTP. */
      readonly httpStatus: number | null
      /** The source's own word on its age, RFC 3339: `updated_at` of a row. Null or absent where it has none. */
      readonly writtenAt?: string | null
    }
  /** There is no such file, socket or table; nothing was there to be asked. */
  | { readonly kind: 'absent' }
  /** It was asked and did not answer, or could not be read: `timeout after 5 s`, `connection refused`, `permission denied`. */
  | { readonly kind: 'silent'; readonly reason: string }
  /** Something was there, but not in a way that may be read: `redirect (302) refused`, `symbolic link`, `answer over 1 MiB`. */
  | { readonly kind: 'garbled'; readonly reason: string }

/** By document name (`NodeFormat.documents`); one that was not asked for is left out. */
export type Documents = Readonly<Record<string, Gathered | undefined>>

export interface NodeContext {
  /** By the machine's clock, like every `…Ms` here. */
  readonly nowMs: number
  /** `aliveMs` of the last status that had one; null when it never spoke. Keep it over restarts of the daemon. */
  readonly lastGoodMs: number | null
  /** The status before this one, for figures that matter only when they grow; null or absent at first. */
  readonly last?: NodeStatus | null
}

export interface NodeComponent {
  readonly name: string
  readonly status: Health
  readonly reason: string | null
}

/** A runtime that is a state machine: all its states in their usual order, and the one it is in. */
export interface NodeMachine {
  readonly states: readonly string[]
  readonly current: string
  readonly sinceMs: number | null
}

export interface NodeReading {
  readonly name: string
  readonly value: string | number | boolean | null
  readonly unit: string | null
  readonly source: Source
  readonly atMs: number
}

/** An agent or conversation inside the runtime. Metadata only. */
export interface NodeSession {
  readonly nativeId: string
  readonly state: 'waiting' | 'working' | 'idle' | 'ended'
  readonly source: Source
  /** Age of `lastActivityMs` at which `working` turns stale; null where the runtime vouches for the state. */
  readonly staleAfterMs: number | null
  readonly sinceMs: number | null
  readonly startedMs: number | null
  readonly lastActivityMs: number | null
  /** Provider or kind of agent, in the runtime's word: `claude`, `echo`. */
  readonly entrypoint: string | null
  readonly permissionMode: string | null
  readonly tool: string | null
  readonly toolCalls: number | null
  readonly errors: number | null
}

/** One runtime's status in the one form the fleet page understands (DESIGN "Liveness": four, never folded together). */
export interface NodeStatus {
  readonly runtime: string
  readonly liveness: Liveness
  /** For `unreadable` with the place: `status.json /providers/0/activeSessions: must be at least 0`. */
  readonly livenessReason: string | null
  /** Its last sign of life; what `stale` is counted from. Null while none is known. */
  readonly aliveMs: number | null
  /** Age of that sign at which `running` is stale. */
  readonly ttlMs: number
  readonly health: Health
  readonly healthReason: string | null
  /** Null: it does not say, which a reader counts as not ready. */
  readonly ready: boolean | null
  readonly version: string | null
  readonly uptimeMs: number | null
  readonly memoryBytes: number | null
  readonly memoryLimitBytes: number | null
  readonly components: readonly NodeComponent[]
  readonly machine: NodeMachine | null
  readonly readings: readonly NodeReading[]
  readonly sessions: readonly NodeSession[]
  /** The documents as they came, reduced to known fields that hold no content; null when none was understood. */
  readonly native: { readonly mediaType: string; readonly text: string } | null
}

/** How one runtime's status documents are read. */
export interface NodeFormat {
  readonly runtime: string
  readonly name: string
  /** What to gather, by name: a path below the runtime's address, a file, a method. The first one decides liveness. */
  readonly documents: readonly string[]
  /** Never throws, whatever the documents hold. */
  parseStatus(documents: Documents, context: NodeContext): NodeStatus
}
