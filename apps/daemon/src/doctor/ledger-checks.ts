import { stat } from 'node:fs/promises'
import { ageText } from '../cli/age-text.ts'
import type { DataFolder } from '../data-folder.ts'
import type { Found } from '../instance/find.ts'
import { readMachineKey } from '../ledger/machine-key.ts'
import { readCredential } from '../link/credential.ts'
import { type Check, fail, ok, warn } from './check.ts'

const enrol = 'enrol this machine again for a new one: WATCHBILL_ENROLL_TOKEN=… watchbill enroll --api <url>'

/** The key that signs for this machine's entries; without it they go, and anybody at the control plane could add some. */
export const checkMachineKey = async (folder: DataFolder): Promise<Check[]> => {
  const name = 'machine key'
  const credential = await readCredential(folder.credential).catch(() => null)
  if (credential === null) return []
  const { sealer, reason } = await readMachineKey(folder.machineKey, credential.machineId)
  if (sealer !== null) return [ok(name, `${folder.machineKey}, for this user alone`)]
  const why =
    'entries are sent and proven, but not signed for: a control plane could add some in the name of this machine'
  return [warn(name, reason, why, enrol)]
}

/** What was sent is in the log, provably, or waits to be. */
export const checkProofs = async (folder: DataFolder, { status }: Found): Promise<Check[]> => {
  const name = 'audit log'
  if (status === null) return []
  const { unproven, proven, oldestSentAt, alarms, log, evidence } = status.proofs
  const age =
    oldestSentAt === null ? '' : `, oldest ${ageText(Date.parse(status.at) - Date.parse(oldestSentAt))}`
  const found = `${unproven} entries sent, not yet proven${age}; ${proven} proven`
  const standing = alarms.map(({ what, mend }) => fail(name, what, 'nothing is deleted meanwhile', mend))
  const where = log === null ? '' : `; log ${log.origin} at ${log.size}, signed by ${log.keys[0] ?? '–'}`
  const state = alarms.length > 0 ? [] : [ok(name, found + where)]
  return [...standing, ...state, ...recordChecks(folder, evidence), ...(await memoryChecks(folder))]
}

const recordChecks = ({ logEvidence }: DataFolder, count: number): Check[] =>
  count === 0
    ? []
    : [
        warn(
          'audit evidence',
          `${count} contradictions on record`,
          'the log did not hold at some time; signed notes that show it are kept',
          `show ${logEvidence} to whoever runs the control plane; move it away once that is settled`,
        ),
      ]

const memoryChecks = async ({ logMemory }: DataFolder): Promise<Check[]> => {
  const path = `${logMemory}.unusable`
  if ((await stat(path).catch(() => null)) === null) return []
  const why = 'it was damaged; the key of the log was trusted anew on first use since'
  return [
    warn(
      'log memory',
      path,
      why,
      'compare the fingerprint above with the control plane, then remove the file',
    ),
  ]
}
