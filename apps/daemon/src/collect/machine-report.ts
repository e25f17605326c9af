import type { LookedAt, MachineReport } from '@watchbill/contract/machines'
import type { Unread } from '@watchbill/runtimes'
import type { Installation } from './installation.ts'
import type { Place } from './roots.ts'

const mostRows = 64

export interface MachineFacts {
  readonly name: string
  readonly os: string
  readonly arch: string
  readonly version: string
  readonly startedMs: number
  readonly places: readonly Place[]
  readonly installations: readonly Installation[]
  readonly unread: Unread
}

/** What the daemon says of its own host: which folders it looked at, what it found, what it could not read. */
export const machineReport = (facts: MachineFacts): MachineReport => ({
  name: facts.name,
  os: facts.os.slice(0, 60),
  arch: facts.arch.slice(0, 30),
  daemonVersion: facts.version.slice(0, 40),
  daemonStartedAt: new Date(facts.startedMs).toISOString(),
  ttlMs: 180_000,
  lookedAt: facts.places.slice(0, mostRows).map((place) => lookedAt(place, facts.installations)),
  unread: Object.entries(facts.unread)
    .sort(([, left], [, right]) => right - left)
    .slice(0, mostRows)
    .map(([what, count]) => ({ what: what.replaceAll('\0', '').slice(0, 120), count })),
})

const lookedAt = (place: Place, installations: readonly Installation[]): LookedAt => {
  const installation = installations.find(
    ({ format, base }) => format === place.format && base === (place.realBase ?? place.base),
  )
  const refused = place.state === 'found' ? (installation?.unreadable ?? null) : place.reason
  return {
    runtime: place.format.runtime,
    path: place.display.slice(0, 300),
    state: refused === null ? place.state : 'unreadable',
    reason: refused === null ? null : refused.slice(0, 300),
    sessionCount: place.root === null ? null : (installation?.sessionCount(place.root.path) ?? 0),
  }
}
