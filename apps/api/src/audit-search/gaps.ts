import type { Gap } from '@watchbill/contract/audit-search'
import { tryHeader } from '@watchbill/ledger'
import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import { instant } from '../identity/instant.ts'
import { readEpochs, textOf } from '../log/store.ts'
import type { Asked } from './ask.ts'
import { readSilent } from './coverage.ts'
import { scanRuns } from './scan.ts'
import type { TimeSpan } from './time-scale.ts'

/** A daemon that is back sooner than this was restarted, not away, ms. */
const shortestMs = 60_000
const mostStops = 200

/** Spans of time in which a producer's machine was not watched, or in which entries were lost; only those that reach into `span`. */
export const findGaps = async (asked: Asked, span: TimeSpan, now: number): Promise<Gap[]> => {
  const { db, workspace } = asked
  const [stops, silent, restores] = await Promise.all([
    readStops(asked, now),
    readSilent(db, workspace, now),
    readRestores(db, workspace),
  ])
  const open = new Set(stops.filter(({ to }) => to === now).map(({ machine }) => machine))
  const spans: RawGap[] = [
    ...stops,
    ...silent
      .filter(({ id }) => !open.has(id))
      .map(({ id, name, since }) => ({ kind: 'silent' as const, machine: id, name, from: since, to: now })),
    ...restores,
  ]
  return spans
    .filter(({ from, to }) => to - from >= shortestMs && from < span.to && to > span.from)
    .map(({ from, to, ...gap }) => ({ ...gap, from: instant(from), to: instant(to) }))
}

interface RawGap {
  readonly kind: Gap['kind']
  readonly machine: string | null
  readonly name: string | null
  readonly from: number
  readonly to: number
}

/** A daemon signs for its entries when it is told to stop; until its next entry nobody watched that machine. */
const readStops = async ({ db, workspace, no, below }: Asked, now: number): Promise<RawGap[]> => {
  const seqs: number[] = []
  const scan = { db, workspace, no, where: null, from: 0, below, fields: ['cause'] as const }
  for await (const { run, mask } of scanRuns({ ...scan, fields: [...scan.fields] })) {
    const { values, codes } = run.words('cause')
    const stop = values.indexOf('stop') + 1
    if (stop === 0) continue
    for (let at = codes.length - 1; at >= 0; at -= 1)
      if (codes[at] === stop && mask[at] === 1) seqs.push(run.first + at)
    if (seqs.length >= mostStops) break
  }
  const rows = await readNext(db, workspace, seqs.slice(0, mostStops))
  return rows.flatMap(({ header, next, machine, name }) => {
    const from = stopTime(header)
    const to = next === null ? now : timeOf(next)
    return from === null || to === null ? [] : [{ kind: 'stopped' as const, machine, name, from, to }]
  })
}

interface StopRow {
  readonly header: ArrayBuffer
  readonly next: ArrayBuffer | null
  readonly machine: string | null
  readonly name: string | null
}

/** Each of these entries and the one its producer wrote next. */
const readNext = (db: ReadDb, workspace: string, seqs: readonly number[]): Promise<StopRow[]> =>
  db.rows(sql`SELECT e.header, n.header AS next, p.owner AS machine, m.name
    FROM json_each(${JSON.stringify(seqs)}) wanted
    CROSS JOIN entries e ON e.workspace_id = ${workspace} AND e.seq = wanted.value
    JOIN producers p ON p.workspace_id = e.workspace_id AND p.no = e.producer_no
    LEFT JOIN machines m ON m.workspace_id = e.workspace_id AND m.id = p.owner
    LEFT JOIN entries n ON n.workspace_id = e.workspace_id AND n.producer_no = e.producer_no
      AND n.pseq = e.pseq + 1`)

/** Only a producer's own seal says that it stopped; sessions have a cause too. */
const stopTime = (bytes: ArrayBuffer): number | null => {
  const header = tryHeader(textOf(bytes))
  return header?.type === 'producer.sealed' ? header.ts : null
}
const timeOf = (bytes: ArrayBuffer): number | null => tryHeader(textOf(bytes))?.ts ?? null

/** What was signed between the backup and the restore is lost; from the last entry that is left to the new beginning. */
const readRestores = async (db: ReadDb, workspace: string): Promise<RawGap[]> => {
  const epochs = await readEpochs(db, workspace)
  const lost = epochs.filter(({ oldSize, size }) => oldSize !== null && oldSize > size)
  const gaps: RawGap[] = []
  for (const { size, beganAt } of lost) {
    const [row] = await db.rows<{ at: number }>(sql`SELECT received_at AS at FROM entries
      WHERE workspace_id = ${workspace} AND seq = ${size - 1}`)
    if (row) gaps.push({ kind: 'restored', machine: null, name: null, from: row.at, to: beganAt })
  }
  return gaps
}
