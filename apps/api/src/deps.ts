import type { ReadDb } from './db/open.ts'
import type { IngestDoor, RecordDoor } from './db/write.ts'
import type { Program } from './install/program.ts'
import type { Outbound } from './outbound/outbound.ts'
import type { Meters } from './probes/meters.ts'
import type { Sealing } from './seal/sealing.ts'
import type { ChangeBell } from './stream/bell.ts'

/** Everything a service may hold. No client, no environment: writes go through the two doors alone. */
export interface Deps {
  /** Readers for one workspace; today all share one database (DESIGN rule 3). */
  readonly dbFor: (workspace: string) => ReadDb
  /** Rows that belong to the installation, not a workspace: workspaces, sign-in tokens, browser sessions, key look-up by hash. */
  readonly installation: ReadDb
  readonly record: RecordDoor
  readonly ingest: IngestDoor
  /** Rings in this process when a workspace's journal grew. */
  readonly bell: ChangeBell
  /** Server clock, ms since the epoch. */
  readonly now: () => number
  /** `count` random bytes from the platform's CSPRNG. */
  readonly randomBytes: (count: number) => Uint8Array
  readonly config: AppConfig
  /** What signs checkpoints; null or absent where it is not set up, and entries stay pending. */
  readonly sealing?: Sealing | null
  /** Removes what an erasure leaves behind in files of ours; null or absent where the database is no file. */
  readonly scour?: (() => Promise<void>) | null
  /** The one way out (SECURITY "Web and API"); absent: nobody is asked. */
  readonly outbound?: Outbound | null
  /** Rejects when the database cannot answer. Only the probes ask. */
  readonly ping: () => Promise<void>
  /** Whether the schema in the database is the one this build was made for. */
  readonly expectMigration: () => Promise<{ ok: boolean; expected: string; found: string | null }>
  /** What `/metrics` counts; one per process. */
  readonly meters: Meters
  /** Address of the direct peer, for limits; never read from a forwarded header. Null where the platform does not say. */
  readonly addressOf: (request: Request) => string | null
  /** Figures of this process for `/metrics`; null at the edge, where no process is ours. */
  readonly vitals: (() => Vitals) | null
  /** What `/install` hands out; null or absent where it was not built. */
  readonly program?: Program | null
  /** Aborts when the process is asked to stop; streams end by it. Absent where no process is ours. */
  readonly stopping?: AbortSignal
  /** One line per call, already escaped; never a token. */
  readonly log: (line: Readonly<Record<string, unknown>>) => void
}

export interface Vitals {
  readonly residentBytes: number
  readonly startedAtMs: number
  /** 99th percentile of the event loop's delay since the last reading, seconds. */
  readonly loopLagSeconds: number
}

export interface AppConfig {
  /** Where browsers come, `http://watchbill.localhost:4040`. */
  readonly publicUrl: string
  /** Host header values let in, besides the one of publicUrl (DNS rebinding guard). */
  readonly allowedHosts: readonly string[]
  readonly version: string
  readonly releaseId: string
  readonly runtime: 'node' | 'edge'
  readonly cronSecret: string | null
}
