import { dataFolder } from '../data-folder.ts'
import { type Found, findDaemon } from '../instance/find.ts'
import type { DaemonStatus } from '../instance/status.ts'
import { readCredential } from '../link/credential.ts'
import { parseOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

/** `status`: exit code 0 while it runs and answers, 3 when it does not (as service managers have it). */
export const status = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const { json } = parseOptions('status', args, ['json'])
  const folder = dataFolder(terminal.env)
  const found = await findDaemon(folder)
  const enrolled = (await readCredential(folder.credential).catch(() => null)) !== null
  const facts = { state: found.state, pid: found.pid, enrolled, folder: folder.path, daemon: found.status }
  terminal.out(json ? JSON.stringify(facts) : formatStatus(found, enrolled, folder.path).join('\n'))
  return found.state === 'running' ? 0 : 3
}

/** The same facts as `--json`, for people. */
const formatStatus = (found: Found, enrolled: boolean, folder: string): string[] => [
  ...headline(found, enrolled),
  `Data folder     ${folder}`,
  ...(found.status === null ? [] : details(found.status, found.state !== 'running')),
]

const headline = (found: Found, enrolled: boolean): string[] => {
  if (found.state === 'running') return [`The daemon runs (pid ${found.pid}).`]
  if (found.state === 'silent')
    return [
      `The daemon's process (pid ${found.pid}) is there but does not answer. Mend: watchbill stop, then watchbill start`,
    ]
  return [
    'The daemon does not run. Mend: watchbill start',
    ...(enrolled
      ? []
      : ['This machine is not enrolled. Mend: WATCHBILL_ENROLL_TOKEN=… watchbill enroll --api <url>']),
  ]
}

const details = (status: DaemonStatus, past: boolean): string[] => [
  ...(past
    ? [`Last known      ${status.at} (pid ${status.pid}, nonce ${status.nonce})`]
    : [`As of           ${status.at} (nonce ${status.nonce})`]),
  `Version         ${status.version}, since ${status.startedAt}`,
  `Machine         ${status.machine.name} (${status.machine.id}), workspace ${status.workspace}`,
  `Control plane   ${status.apiUrl}: ${link(status)}`,
  `Spool           ${status.spool.pending} waiting (${status.spool.sizeBytes} B), ${status.spool.setAside} set aside, ${dropped(status)}, ${status.spool.damaged} damaged`,
  `Files           ${status.files} followed, ${status.watches} folders watched`,
  ...status.lookedAt.map((place) => `Looked at       ${place.path} (${place.runtime}): ${foundText(place)}`),
  ...status.unread.map(({ what, count }) => `Not understood  ${what}: ${count}`),
]

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
    ? `${place.sessionCount ?? '–'} sessions`
    : `${place.state}${place.reason === null ? '' : `, ${place.reason}`}`
