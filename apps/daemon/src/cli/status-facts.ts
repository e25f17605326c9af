import type { DaemonStatus } from '../instance/status.ts'

/** What `status --json` prints, and `status` in words. */
export interface StatusFacts {
  readonly state: 'running' | 'silent' | 'stopped'
  readonly pid: number | null
  readonly enrolled: boolean
  readonly folder: string
  readonly config: {
    readonly path: string
    readonly state: 'valid' | 'absent' | 'unusable'
    readonly version: number | null
    readonly reason: string | null
  }
  /** As it says itself; the last it wrote when it does not answer. */
  readonly daemon: DaemonStatus | null
}

/** What `status --all --json` prints: every daemon of this host. Those of others are seen, not asked. */
export interface HostFacts {
  readonly daemons: readonly {
    readonly pid: number | null
    readonly user: string | null
    readonly ours: boolean
    readonly status: StatusFacts | null
  }[]
}
