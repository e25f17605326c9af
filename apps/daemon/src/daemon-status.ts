import type { MachineReport } from '@watchbill/contract/machines'
import type { Limit } from './boundary/limits.ts'
import type { DaemonStatus } from './instance/status.ts'
import type { Credential } from './link/credential.ts'
import type { LinkState } from './link/sender.ts'
import type { PollStanding } from './poll/pollers.ts'
import { version } from './version.ts'

export interface StatusFacts {
  readonly nonce: string
  readonly startedMs: number
  readonly credential: Credential
  readonly link: LinkState
  readonly spool: DaemonStatus['spool']
  readonly entries: DaemonStatus['entries']
  readonly proofs: DaemonStatus['proofs']
  readonly files: number
  readonly watches: number
  readonly limits: readonly Limit[]
  readonly polled: readonly PollStanding[]
  /** As last reported; null before the first look. */
  readonly machine: MachineReport | null
}

/** The daemon in one document; never the credential's secret. */
export const daemonStatus = (facts: StatusFacts): DaemonStatus => ({
  v: 1,
  pid: process.pid,
  nonce: facts.nonce,
  version,
  startedAt: instant(facts.startedMs),
  at: instant(Date.now()),
  apiUrl: facts.credential.apiUrl,
  workspace: facts.credential.workspace,
  machine: { id: facts.credential.machineId, name: facts.credential.machineName },
  link: {
    state: facts.link.state,
    reason: facts.link.reason,
    mend: mends[facts.link.state],
    deliveredAt: facts.link.deliveredMs === null ? null : instant(facts.link.deliveredMs),
  },
  spool: facts.spool,
  entries: facts.entries,
  proofs: facts.proofs,
  files: facts.files,
  watches: facts.watches,
  lookedAt: facts.machine?.lookedAt ?? [],
  unread: facts.machine?.unread ?? [],
  limits: [...facts.limits],
  polled: facts.polled.map(({ polledMs, ...each }) => ({
    ...each,
    polledAt: polledMs === null ? null : instant(polledMs),
  })),
})

const mends: Record<LinkState['state'], string | null> = {
  connecting: null,
  connected: null,
  unreachable: 'nothing is lost: snapshots wait in the spool; start the control plane or check its address',
  refused: 'enrol this machine again: WATCHBILL_ENROLL_TOKEN=… watchbill enroll --api <url>',
}

const instant = (ms: number): string => new Date(ms).toISOString()
