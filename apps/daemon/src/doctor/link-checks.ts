import { stat } from 'node:fs/promises'
import { Fault } from '@watchbill/contract/fault'
import type { DataFolder } from '../data-folder.ts'
import { errorText } from '../error-code.ts'
import type { Found } from '../instance/find.ts'
import { connect } from '../link/connect.ts'
import { type Credential, readCredential } from '../link/credential.ts'
import { strictFetch } from '../link/strict-fetch.ts'
import { type Check, fail, ok, warn } from './check.ts'

const patienceMs = 10_000
const enrol = 'WATCHBILL_ENROLL_TOKEN=… watchbill enroll --api <url>'

/** Enrolment, and with it the control plane: reachable, by the same clock, taking this credential. */
export const checkLink = async (folder: DataFolder, now: () => number): Promise<Check[]> => {
  const credential = await readCredential(folder.credential).catch((error: unknown) => errorText(error))
  if (typeof credential === 'string')
    return [fail('enrolment', folder.credential, credential, `enrol again: ${enrol}`)]
  if (credential === null) return [fail('enrolment', 'none', 'this machine never joined', enrol)]
  const { mode } = await stat(folder.credential)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    return [
      fail(
        'enrolment',
        folder.credential,
        'others may read the credential',
        `chmod 600, then enrol again: ${enrol}`,
      ),
    ]
  const who = `${credential.machineName} (${credential.machineId}) in ${credential.workspace}`
  return [ok('enrolment', who), ...(await checkControlPlane(credential, now))]
}

const checkControlPlane = async (credential: Credential, now: () => number): Promise<Check[]> => {
  const { apiUrl } = credential
  const beganMs = now()
  const signal = AbortSignal.timeout(patienceMs)
  const answer = await strictFetch(`${apiUrl}/livez`, { signal }).catch((error: unknown) => reasonOf(error))
  if (typeof answer === 'string')
    return [
      fail(
        'control plane',
        apiUrl,
        answer,
        'start it, or check address and network; what is recorded waits in the spool',
      ),
    ]
  await answer.body?.cancel()
  const found = `${apiUrl} answers (${answer.status})`
  const alive = answer.ok
    ? ok('control plane', found)
    : warn(
        'control plane',
        found,
        'this is not what a control plane says',
        'check the address, and proxies before it',
      )
  return [
    alive,
    await checkCredential(credential),
    checkClock(answer.headers.get('date'), (beganMs + now()) / 2),
  ]
}

/** An empty batch is refused for its form, after the credential was looked at: nothing is written. */
const checkCredential = async (credential: Credential): Promise<Check> => {
  const name = 'credential'
  const signal = AbortSignal.timeout(patienceMs)
  try {
    await connect(credential).postSnapshots({ body: { snapshots: [] } }, { signal })
  } catch (error) {
    const code = error instanceof Fault ? error.code : null
    if (code === 'unauthenticated' || code === 'forbidden')
      return fail(name, 'refused', errorText(error), `enrol again: ${enrol}`)
    if (code !== 'invalid_request')
      return warn(name, 'not checked', reasonOf(error), 'look again when the control plane answers')
  }
  return ok(name, 'taken by the control plane')
}

/** Both sides within a second of the header's own resolution. */
export const checkClock = (date: string | null, nowMs: number): Check => {
  const name = 'clock'
  const theirsMs = date === null ? Number.NaN : Date.parse(date)
  if (Number.isNaN(theirsMs))
    return warn(name, 'not compared', 'the answer had no date', 'nothing, if a proxy took it out')
  const skewMs = Math.round(nowMs - theirsMs - 500)
  const found = `${skewMs} ms against the control plane`
  if (Math.abs(skewMs) <= 5000) return ok(name, found)
  const mend = 'let the system keep its time: timedatectl set-ntp true'
  const why = 'times of this machine are shown and kept as it says them'
  // SECURITY "Decisions": beyond this skew nothing that is signed is believed.
  return Math.abs(skewMs) <= 300_000 ? warn(name, found, why, mend) : fail(name, found, why, mend)
}

/** What waits, and what was lost. */
export const checkSpool = ({ status, state }: Found, maxBytes: number): Check => {
  const name = 'spool'
  if (status === null) return ok(name, 'no daemon ran here yet')
  const { pending, sizeBytes, setAside, damaged, dropped } = status.spool
  const lost = dropped.state + dropped.progress + dropped.heartbeat
  const found = `${pending} waiting (${sizeBytes} B of ${maxBytes} B), ${lost} dropped, ${setAside} set aside, ${damaged} damaged`
  const mend =
    state === 'running' ? 'see the control plane above; watchbill logs tells more' : 'watchbill start'
  if (damaged > 0) return warn(name, found, 'records on disk were damaged and left out', 'check the disk')
  if (setAside > 0)
    return warn(
      name,
      found,
      'the control plane refused some for good',
      'see spool/aside.log in the data folder',
    )
  if (lost > 0) return warn(name, found, 'the limit was reached while the control plane was away', mend)
  if (sizeBytes > maxBytes / 2) return warn(name, found, 'over half of the limit waits', mend)
  return ok(name, found)
}

export const checkDaemon = (found: Found): Check[] => {
  const name = 'daemon'
  if (found.state === 'stopped')
    return [warn(name, 'stopped', 'nobody watches this machine', 'watchbill start')]
  if (found.state === 'silent')
    return [fail(name, `pid ${found.pid}`, 'its process is there and does not answer', 'watchbill restart')]
  const limits = found.status.limits.map(({ what, why, mend }) =>
    warn('limits', what, why, mend ?? 'nothing: this is how it was started'),
  )
  return [ok(name, `pid ${found.pid}, version ${found.status.version}`), ...limits]
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return `${errorText(error)}${cause}`
}
