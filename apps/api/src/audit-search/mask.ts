import {
  type Expr,
  type FieldTerm,
  matchValue,
  type RangeTerm,
  type TextTerm,
} from '@watchbill/contract/audit-query'
import type { ColumnField } from '../audit-index/column.ts'
import type { Run } from '../audit-index/run.ts'

/** For each entry of a run 1 when it is meant, else 0. */
export type Mask = Uint8Array

/** Which entries of a run hold the words of a text term. */
export type TextMask = (term: TextTerm, run: Run) => Mask

/** The entries of a run that an expression asks for; null asks for all. One pass over the codes for each term. */
export const maskOf = (expr: Expr | null, run: Run, textMask: TextMask): Mask => {
  if (expr === null) return new Uint8Array(run.count).fill(1)
  if (expr.kind === 'field') return fieldMask(expr, run)
  if (expr.kind === 'range') return rangeMask(expr, run)
  if (expr.kind === 'text') return textMask(expr, run)
  if (expr.kind === 'not') return invert(maskOf(expr.of, run, textMask))
  const [first, ...others] = expr.of
  const mask = maskOf(first ?? null, run, textMask)
  for (const one of others) {
    // What nothing is left of, or everything is in already, needs no other look.
    if (expr.kind === 'and' && !mask.includes(1)) return mask
    if (expr.kind === 'or' && !mask.includes(0)) return mask
    const other = maskOf(one, run, textMask)
    if (expr.kind === 'and') keepBoth(mask, other)
    else addTo(mask, other)
  }
  return mask
}

/** Entries in both; `mask` is changed. */
export const keepBoth = (mask: Mask, other: Mask): Mask => {
  for (let at = 0; at < mask.length; at += 1) mask[at] = (mask[at] ?? 0) & (other[at] ?? 0)
  return mask
}

const addTo = (mask: Mask, other: Mask): void => {
  for (let at = 0; at < mask.length; at += 1) mask[at] = (mask[at] ?? 0) | (other[at] ?? 0)
}

const invert = (mask: Mask): Mask => {
  for (let at = 0; at < mask.length; at += 1) mask[at] = 1 - (mask[at] ?? 0)
  return mask
}

/** The dictionary is asked, not the entries: a value is compared once for a run. */
const fieldMask = ({ field, values }: FieldTerm, run: Run): Mask => {
  const mask = new Uint8Array(run.count)
  // Names of runtimes were resolved to agents; one that is left is one that nobody has.
  if (field === 'runtime') return mask
  const column = run.words(field)
  const hit = new Uint8Array(column.values.length + 1)
  const words = [null, ...column.values]
  for (const [code, word] of words.entries())
    if (values.some((value) => matchValue(value, word))) hit[code] = 1
  if (!hit.includes(1)) return mask
  const { codes } = column
  for (let at = 0; at < mask.length; at += 1) mask[at] = hit[codes[at] ?? 0] ?? 0
  return mask
}

const rangeMask = ({ field, min, max }: RangeTerm, run: Run): Mask => {
  const mask = new Uint8Array(run.count)
  const [low, high] = [min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY]
  if (field === 'seq') {
    const from = Math.max(0, Math.ceil(low) - run.first)
    const to = Math.min(run.count, Math.ceil(high) - run.first)
    return from < to ? mask.fill(1, from, to) : mask
  }
  const column = run.numbers(field)
  if (column.min === null || column.max === null || column.max < low || column.min >= high) return mask
  const { numbers } = column
  for (let at = 0; at < mask.length; at += 1) {
    const value = numbers[at] ?? Number.NaN
    mask[at] = value >= low && value < high ? 1 : 0
  }
  return mask
}

/** Columns that an expression looks at. */
export const columnsOf = (expr: Expr | null): ColumnField[] => {
  if (expr === null || expr.kind === 'text') return []
  if (expr.kind === 'field') return expr.field === 'runtime' ? [] : [expr.field]
  if (expr.kind === 'range') return expr.field === 'seq' ? [] : [expr.field]
  return expr.kind === 'not' ? columnsOf(expr.of) : expr.of.flatMap(columnsOf)
}

export const textsOf = (expr: Expr | null): TextTerm[] => {
  if (expr === null || expr.kind === 'field' || expr.kind === 'range') return []
  if (expr.kind === 'text') return [expr]
  return expr.kind === 'not' ? textsOf(expr.of) : expr.of.flatMap(textsOf)
}

/** What every answer has to meet, term by term. */
export const termsOf = (expr: Expr | null): readonly Expr[] =>
  expr === null ? [] : expr.kind === 'and' ? expr.of : [expr]

/** Places that can answer at all: what the query itself says of `seq`, when every answer must keep to it. */
export const placesOf = (expr: Expr | null): { from: number; below: number } => {
  let [from, below] = [0, Number.MAX_SAFE_INTEGER]
  for (const term of termsOf(expr)) {
    if (term.kind !== 'range' || term.field !== 'seq') continue
    from = Math.max(from, term.min ?? 0)
    below = Math.min(below, term.max ?? Number.MAX_SAFE_INTEGER)
  }
  return { from, below }
}
