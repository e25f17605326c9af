import { Fault } from '@watchbill/contract/fault'
import type { Machine, MachineReport } from '@watchbill/contract/machines'
import { changeWrites } from '../db/journal.ts'
import type { Deps } from '../deps.ts'
import type { Actor } from '../http/handler.ts'
import { instant, instantOrNull } from '../identity/instant.ts'
import { type MachineClock, onOurClock, readClock } from '../snapshots/clock.ts'
import { type MachineRow, machineWrite, readMachine, readMachines } from './store.ts'

/** By name. `now` in ms decides which of them still report. */
export const listMachines = async (
  deps: Pick<Deps, 'dbFor'>,
  workspace: string,
  now: number,
): Promise<Machine[]> => {
  const rows = await readMachines(deps.dbFor(workspace), workspace)
  return rows.map((row) => toMachine(row, row.agent_count, now))
}

interface Asked {
  readonly id: string
  readonly report: MachineReport
  readonly sentAt?: string | undefined
}

/**
 * Replaces what a daemon said of its machine before. Streams hear of it only when something besides "still there"
 * changed, or when the machine had gone silent. Throws Fault `forbidden` for another machine's credential.
 */
export const putMachine = async (
  deps: Pick<Deps, 'dbFor' | 'ingest'>,
  actor: Actor,
  workspace: string,
  { id, report, sentAt }: Asked,
  now: number,
): Promise<void> => {
  if (actor.machineId !== null && actor.machineId !== id) throw notYours(actor.machineId)
  const before = await readMachine(deps.dbFor(workspace), workspace, id)
  const row = machineRow(id, report, readClock(sentAt, now), before)
  const silent = before !== undefined && before.last_seen_at + before.ttl_ms <= now
  const news = !before || silent || saysOf(row) !== saysOf(before)
  await deps.ingest(
    machineWrite(workspace, row),
    ...changeWrites(workspace, 'machine', news ? [id] : [], now),
  )
}

const notYours = (own: string): Fault =>
  new Fault('forbidden', 'A machine credential reports its own machine only.', {
    errors: [{ pointer: 'path.id', detail: `this credential speaks for ${own} only` }],
  })

const machineRow = (
  id: string,
  report: MachineReport,
  clock: MachineClock,
  before: MachineRow | undefined,
): MachineRow => ({
  id,
  name: report.name,
  os: report.os,
  arch: report.arch,
  daemon_version: report.daemonVersion,
  daemon_started_at: report.daemonStartedAt === null ? null : onOurClock(clock, report.daemonStartedAt),
  first_seen_at: before?.first_seen_at ?? clock.receivedAt,
  last_seen_at: clock.receivedAt,
  ttl_ms: report.ttlMs,
  skew_ms: clock.known ? (clock.skewMs ?? 0) : (before?.skew_ms ?? null),
  looked_at: JSON.stringify(report.lookedAt),
  unread: JSON.stringify(report.unread),
})

/** All a machine says, without when it said so. */
const saysOf = (row: MachineRow): string =>
  JSON.stringify([
    row.name,
    row.os,
    row.arch,
    row.daemon_version,
    row.daemon_started_at,
    row.ttl_ms,
    row.skew_ms,
    row.looked_at,
    row.unread,
  ])

const toMachine = (row: MachineRow, agentCount: number, now: number): Machine => {
  const staleAt = row.last_seen_at + row.ttl_ms
  return {
    id: row.id,
    name: row.name,
    os: row.os,
    arch: row.arch,
    daemonVersion: row.daemon_version,
    daemonStartedAt: instantOrNull(row.daemon_started_at),
    firstSeenAt: instant(row.first_seen_at),
    lastSeenAt: instant(row.last_seen_at),
    staleAt: instant(staleAt),
    reporting: staleAt > now,
    skewMs: row.skew_ms,
    agentCount,
    lookedAt: parseLookedAt(row.looked_at),
    unread: parseUnread(row.unread),
  }
}

/** Both written by `machineRow` from a parsed MachineReport. */
const parseLookedAt = (text: string) => JSON.parse(text) as Machine['lookedAt']
const parseUnread = (text: string) => JSON.parse(text) as Machine['unread']
