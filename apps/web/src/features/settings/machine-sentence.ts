import type { Machine } from '@watchbill/contract/machines'
import { isPast } from '../../lib/server-clock.ts'

/** Whether it still speaks, by the clock: no request is needed for it to fall silent. */
export const isSilent = (machine: Pick<Machine, 'staleAt'>, now: number): boolean =>
  isPast(machine.staleAt, now)

/** "3 machines report, 1 is silent". */
export function machineSentence(machines: readonly Pick<Machine, 'staleAt'>[], now: number): string {
  if (machines.length === 0) return 'No machine has joined yet'
  const silent = machines.filter((machine) => isSilent(machine, now)).length
  const report = machines.length - silent
  const speaking = report === 1 ? '1 machine reports' : `${report} machines report`
  const quiet = silent === 1 ? '1 is silent' : `${silent} are silent`
  if (report === 0) return silent === 1 ? 'The one machine is silent' : `All ${silent} machines are silent`
  return silent === 0 ? speaking : `${speaking}, ${quiet}`
}
