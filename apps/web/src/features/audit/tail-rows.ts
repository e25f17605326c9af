import type { AuditEntry } from '@watchbill/contract/audit'
import { type AuditRow, toRow } from './audit-rows.ts'

/** What came since the list was read, newest first: on screen already, or waiting until the reader asks. */
export interface Tail {
  readonly shown: readonly AuditRow[]
  readonly waiting: readonly AuditRow[]
  /** More came than is kept: only reading the list anew shows it all. */
  readonly over: boolean
}

export const noTail: Tail = { shown: [], waiting: [], over: false }

/** Rows kept beyond the list; a reader who is further behind reads it anew. */
const most = 2000

/** `entries` in the order of the log. `steady`: the reader is at the top and wants them at once. */
export function addEntries(tail: Tail, entries: readonly AuditEntry[], steady: boolean): Tail {
  const held = tail.waiting[0]?.seq ?? tail.shown[0]?.seq ?? -1
  const news = entries
    .filter(({ seq }) => seq > held)
    .map(toRow)
    .reverse()
  if (news.length === 0) return tail
  const waiting = [...news, ...tail.waiting]
  if (tail.over || waiting.length + tail.shown.length > most) return { ...tail, over: true, waiting }
  return steady ? showWaiting({ ...tail, waiting }) : { ...tail, waiting }
}

/** What waits comes on screen. */
export const showWaiting = (tail: Tail): Tail =>
  tail.waiting.length === 0 ? tail : { ...tail, shown: [...tail.waiting, ...tail.shown], waiting: [] }

/** The tail above the list, each place once: a list that was read again may hold what the tail brought before. */
export function withTail(tail: Tail, rows: readonly AuditRow[]): readonly AuditRow[] {
  if (tail.shown.length === 0) return rows
  const listed = new Set(rows.map(({ seq }) => seq))
  return [...tail.shown.filter(({ seq }) => !listed.has(seq)), ...rows]
}
