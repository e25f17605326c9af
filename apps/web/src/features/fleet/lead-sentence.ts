import type { Fleet } from '@watchbill/contract/fleet'
import { formatDuration } from '../../lib/duration.ts'
import type { FleetNow } from './fleet-now.ts'

const agents = (count: number) => (count === 1 ? '1 agent' : `${count} agents`)
const machines = (count: number) => (count === 1 ? '1 machine' : `${count} machines`)
const verb = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`

/** The one sentence a person reads first: does anybody need me, and is anything moving? */
export function leadSentence(fleet: Fleet, as: FleetNow, now: number): string {
  const { counts } = as
  if (fleet.agentCount === 0) return 'No agent has reported yet'
  if (fleet.coverage.known > 0 && fleet.coverage.reporting === 0) return silent(fleet.coverage.known)
  if (counts.waiting > 0) return waiting(counts.waiting, fleet.oldestWaitingSince, now)
  if (counts.stopped === fleet.agentCount) return allStopped(fleet.agentCount)
  const news = [
    ...(counts.failing > 0 ? [verb(counts.failing, 'fails', 'fail')] : []),
    ...(counts.unreadable > 0 ? [`${counts.unreadable} cannot be read`] : []),
    moving(as),
  ]
  return `Nobody waits; ${news.join(', ')}`
}

/** What else is going on, after the first sentence: every state it did not speak of. Empty when there is nothing to add. */
export function restSentence(fleet: Fleet, as: FleetNow): string {
  const { counts } = as
  const said = [
    ...(counts.waiting === 0 || counts.working === 0 ? [] : [moving(as)]),
    ...(counts.waiting === 0 || counts.failing === 0 ? [] : [verb(counts.failing, 'fails', 'fail')]),
    ...(counts.waiting === 0 || counts.unreadable === 0 ? [] : [`${counts.unreadable} cannot be read`]),
    ...(counts.idle === 0 || (counts.waiting === 0 && counts.working === 0) ? [] : [`${counts.idle} idle`]),
    ...(counts.stale === 0 ? [] : [`${counts.stale} silent`]),
    ...(counts.stopped === 0 || counts.stopped === fleet.agentCount ? [] : [`${counts.stopped} stopped`]),
  ]
  return said.join(' · ')
}

/** Who waits, for the tab's title and icon. */
export function waitingCount(fleet: Fleet, as: FleetNow): number {
  return fleet.coverage.known > 0 && fleet.coverage.reporting === 0 ? 0 : as.counts.waiting
}

/** A wait younger than this is not worth a figure. */
const justNowMs = 5000

function waiting(count: number, since: string | null, now: number): string {
  const waitMs = since === null ? 0 : now - Date.parse(since)
  const age = waitMs < justNowMs ? null : formatDuration(waitMs)
  const who = count === 1 ? '1 agent waits for you' : `${agents(count)} wait for you`
  if (age === null) return who
  return count === 1 ? `${who}, for ${age}` : `${who}, the oldest ${age}`
}

function moving({ counts, workingMachines }: FleetNow): string {
  if (counts.working > 0) return `${verb(counts.working, 'works', 'work')} on ${machines(workingMachines)}`
  if (counts.idle > 0) return `${verb(counts.idle, 'is', 'are')} idle`
  return counts.stale > 0 ? `${verb(counts.stale, 'has', 'have')} gone silent` : 'nothing works'
}

function silent(known: number): string {
  return known === 1
    ? 'Nothing reports: the one machine is silent'
    : `Nothing reports: all ${machines(known)} are silent`
}

function allStopped(count: number): string {
  return count === 1 ? 'The one agent is stopped' : `All ${agents(count)} are stopped`
}
