import type { DaemonStatus } from '../instance/status.ts'
import { ageText } from './age-text.ts'
import type { HostFacts, StatusFacts } from './status-facts.ts'

/** The same facts as `--json`, for people. */
export const formatStatus = (facts: StatusFacts): string[] => [
  ...headline(facts),
  `State           ${facts.state}, ${facts.enrolled ? 'enrolled' : 'not enrolled'}`,
  `Data folder     ${facts.folder}`,
  `Config          ${facts.config.path}: ${configText(facts.config)}`,
  ...(facts.daemon === null ? [] : details(facts.daemon, facts.state !== 'running')),
]

export const formatHost = ({ daemons }: HostFacts): string[] =>
  daemons.flatMap(({ pid, user, ours, status }, index) => [
    ...(index === 0 ? [] : ['']),
    `User ${user ?? '–'}${ours ? ' (you)' : ''}`,
    ...(status === null
      ? [
          `A daemon runs (pid ${pid}). ${ours ? 'Its data folder is not known.' : 'Only its user can ask it.'}`,
        ]
      : formatStatus(status)),
  ])

const headline = ({ state, pid, enrolled }: StatusFacts): string[] => {
  if (state === 'running') return [`The daemon runs (pid ${pid}).`]
  if (state === 'silent')
    return [
      `The daemon's process (pid ${pid}) is there but does not answer. Mend: watchbill stop, then watchbill start`,
    ]
  return [
    'The daemon does not run. Mend: watchbill start',
    ...(enrolled
      ? []
      : ['This machine is not enrolled. Mend: WATCHBILL_ENROLL_TOKEN=… watchbill enroll --api <url>']),
  ]
}

const configText = ({ state, version, reason }: StatusFacts['config']): string => {
  if (state === 'absent') return 'absent, defaults hold'
  return state === 'valid'
    ? `valid, version ${version}`
    : `unusable, ${reason}. Mend: watchbill config validate`
}

const details = (status: DaemonStatus, past: boolean): string[] => [
  past
    ? `Last known      ${status.at} (pid ${status.pid}, nonce ${status.nonce})`
    : `As of           ${status.at} (nonce ${status.nonce})`,
  `Version         ${status.version}, since ${status.startedAt}`,
  `Machine         ${status.machine.name} (${status.machine.id}), workspace ${status.workspace}`,
  `Control plane   ${status.apiUrl}: ${link(status)}`,
  `Spool           ${status.spool.pending} waiting (${status.spool.sizeBytes} B), ${status.spool.setAside} set aside, ${dropped(status)}, ${status.spool.damaged} damaged`,
  `Files           ${status.files} followed, ${status.watches} folders watched`,
  `Entries         ${entriesText(status.entries)}`,
  `Proofs          ${proofsText(status)}`,
  ...status.proofs.alarms.map(
    ({ kind, what, mend, since }) =>
      `ALARM           ${what} (${kind}, since ${since}; nothing is deleted)\nMend: ${mend}`,
  ),
  ...status.proofs.restores.map(
    ({ from, to, at }) =>
      `Restored        the log was taken up again from a backup: entries ${from} up to ${to}, not included, are lost (seen ${at})`,
  ),
  ...status.polled.map(
    (each) =>
      `Polled          ${each.name} (${each.runtime}): ${each.liveness ?? '–'}${each.reason === null ? '' : ` (${each.reason})`}, at ${each.polledAt ?? '–'}, ${each.failures} failures in a row`,
  ),
  ...status.lookedAt.map((place) => `Looked at       ${place.path} (${place.runtime}): ${foundText(place)}`),
  ...status.limits.map(
    ({ what, why, mend }) => `Limited         ${what}: ${why}${mend === null ? '' : `. Mend: ${mend}`}`,
  ),
  ...status.unread.map(({ what, count }) => `Not understood  ${what}: ${count}`),
]

const entriesText = (entries: DaemonStatus['entries']): string =>
  [
    `${entries.pending} waiting, ${entries.next} numbered so far, ${entries.unfit} unfit, ${entries.unsaid} unsaid, ${entries.damaged} damaged`,
    entries.blocked === null ? '' : `\nBlocked: ${entries.blocked}`,
    entries.held === null ? '' : `\nHeld back: ${entries.held}`,
  ].join('')

/** `12 entries sent, not yet proven, oldest 40 s`. */
const proofsText = ({ at, proofs }: DaemonStatus): string => {
  const { unproven, proven, oldestSentAt, unsealed, unsealable, log, evidence } = proofs
  const age =
    oldestSentAt === null
      ? ''
      : `, oldest ${ageText(Date.parse(at) - Date.parse(oldestSentAt))} (${oldestSentAt})`
  return [
    unproven === 0
      ? 'all that was sent is proven (0 wait)'
      : `${unproven} entries sent, not yet proven${age}`,
    `${proven} proven`,
    `${unsealed} not signed for${unsealable === null ? ' yet' : `: ${unsealable}`}`,
    log === null ? 'no checkpoint seen yet' : `log ${log.origin} at ${log.size}, key ${log.keys.join(', ')}`,
    `${evidence} contradictions on record`,
  ].join('; ')
}

const link = ({ link: { state, reason, mend, deliveredAt } }: DaemonStatus): string =>
  [
    state === 'refused' ? 'refused, needs re-enrolling' : state,
    reason === null ? '' : ` (${reason})`,
    `, last delivered ${deliveredAt ?? '–'}`,
    mend === null ? '' : `\nMend: ${mend}`,
  ].join('')

const dropped = ({ spool: { dropped: count } }: DaemonStatus): string =>
  `dropped ${count.heartbeat} heartbeats, ${count.progress} progress, ${count.state} states`

const foundText = (place: DaemonStatus['lookedAt'][number]): string =>
  place.state === 'found'
    ? `found, ${place.sessionCount ?? '–'} sessions`
    : `${place.state}${place.reason === null ? '' : `, ${place.reason}`}`
