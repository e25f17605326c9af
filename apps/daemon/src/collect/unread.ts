import type { Unread } from '@watchbill/runtimes'
import type { Installation } from './installation.ts'

/** What could not be used, by runtime and kind, and the files that were not opened, by reason. */
export const unreadOf = (installations: Iterable<Installation>, refused: Iterable<string>): Unread => {
  const sum: Unread = {}
  const count = (what: string, more: number) => {
    sum[what] = (sum[what] ?? 0) + more
  }
  for (const installation of installations) {
    const kinds = Object.entries(installation.unread())
    for (const [what, rows] of kinds) count(`${installation.format.runtime}: ${what}`, rows)
  }
  for (const reason of refused) count(`file: ${reason}`, 1)
  return sum
}
