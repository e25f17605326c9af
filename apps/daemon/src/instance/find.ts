import type { DataFolder } from '../data-folder.ts'
import { askControl } from './control.ts'
import { isSameProcess, readMark } from './process-mark.ts'
import { type DaemonStatus, lastStatus, parseStatus } from './status.ts'

/** What is true of a data folder's daemon now. */
export type Found =
  | { readonly state: 'running'; readonly pid: number; readonly status: DaemonStatus }
  /** Its process is there and does not answer. */
  | { readonly state: 'silent'; readonly pid: number; readonly status: DaemonStatus | null }
  | { readonly state: 'stopped'; readonly pid: null; readonly status: DaemonStatus | null }

export const findDaemon = async (folder: DataFolder): Promise<Found> => {
  const status = parseStatus(await askControl(folder.socket, 'status'))
  if (status !== null) return { state: 'running', pid: status.pid, status }
  const mark = await readMark(folder.pid)
  const last = await lastStatus(folder)
  if (mark !== null && (await isSameProcess(mark))) return { state: 'silent', pid: mark.pid, status: last }
  return { state: 'stopped', pid: null, status: last }
}
