import { type Expr, type FieldTerm, matchValue, type RangeTerm } from '@watchbill/contract/audit-query'
import { sql } from 'drizzle-orm'
import type { ColumnField } from '../audit-index/column.ts'
import type { ReadDb } from '../db/open.ts'
import { textOf } from '../log/store.ts'
import { termsOf } from './mask.ts'

/** A term that every answer has to meet, and that a run's dictionary alone can rule out. */
type Need =
  | (FieldTerm & { field: Exclude<FieldTerm['field'], 'runtime'> })
  | (RangeTerm & { field: 'time' | 'duration' })

const needsOf = (where: Expr | null): Need[] => termsOf(where).filter(isNeed)

const isNeed = (term: Expr): term is Need => {
  if (term.kind === 'range') return term.field !== 'seq'
  return term.kind === 'field' && term.field !== 'runtime' && !term.values.some(({ none }) => none)
}

/** Whether what is asked for lies in few runs beside each other, most likely: a span of time, a session. */
export const standsTogether = (where: Expr | null): boolean =>
  needsOf(where).some(({ field, ...need }) =>
    field === 'time' ? 'max' in need && need.max !== null : field === 'session' || field === 'share',
  )

interface Row {
  readonly field: ColumnField
  readonly first: number
  readonly dictionary: ArrayBuffer
}

/**
 * First places of the runs in [from, to) that can hold an answer, by their dictionaries, without reading a single code; null
 * where the query gives nothing to go by. A rare value stands in few runs.
 */
export const findCandidates = async (
  db: ReadDb,
  workspace: string,
  where: Expr | null,
  from: number,
  to: number,
): Promise<ReadonlySet<number> | null> => {
  const needs = needsOf(where)
  if (needs.length === 0) return null
  const fields = JSON.stringify([...new Set(needs.map(({ field }) => field))])
  const rows =
    await db.rows<Row>(sql`SELECT field, first, CAST(dictionary AS BLOB) AS dictionary FROM audit_columns
    WHERE workspace_id = ${workspace} AND field IN (SELECT value FROM json_each(${fields}))
      AND first >= ${from} AND first < ${to}`)
  const left = new Map<number, number>()
  for (const { field, first, dictionary } of rows) {
    const said = textOf(dictionary)
    const met = needs.filter((need) => need.field === field && canMeet(need, said)).length
    left.set(first, (left.get(first) ?? 0) + met)
  }
  return new Set([...left].flatMap(([first, met]) => (met === needs.length ? [first] : [])))
}

/** What cannot be read rules nothing out. */
const canMeet = (need: Need, dictionary: string): boolean => {
  try {
    const values: unknown = JSON.parse(dictionary)
    if (!Array.isArray(values)) return true
    if (need.kind === 'field')
      return values.some((word) => need.values.some((value) => matchValue(value, String(word))))
    const [min, max] = values
    return (need.max === null || Number(min) < need.max) && (need.min === null || Number(max) >= need.min)
  } catch {
    return true
  }
}
