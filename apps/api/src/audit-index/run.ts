import type { EntryFacts } from '@watchbill/contract/audit-query'
import {
  type ColumnField,
  decodeNumbers,
  decodeWords,
  encodeNumbers,
  encodeWords,
  type NumberColumn,
  noNumbers,
  noWords,
  numberColumns,
  numbersOf,
  type StoredColumn,
  valuesOf,
  type WordColumn,
  wordColumns,
} from './column.ts'

/** Entries of a whole run, and of one that grows at the end of the log. Both are powers of two, the small divides the large. */
export const wholeRun = 4096
export const smallRun = 256

export type WordColumnField = (typeof wordColumns)[number]
export type NumberColumnField = (typeof numberColumns)[number]

/** Entries `first` to `first + count - 1`, field by field. */
export interface Run {
  readonly first: number
  readonly count: number
  words(field: WordColumnField): WordColumn
  numbers(field: NumberColumnField): NumberColumn
}

/** A run as it is written. */
export interface StoredRun {
  readonly first: number
  readonly count: number
  readonly columns: ReadonlyMap<ColumnField, StoredColumn>
}

export type RawColumns = ReadonlyMap<
  ColumnField,
  { readonly dictionary: string; readonly codes: ArrayBuffer }
>

/** Columns are decoded when they are asked for, and once. */
export const openRun = (first: number, count: number, raw: RawColumns): Run => {
  const words = new Map<WordColumnField, WordColumn>()
  const numbers = new Map<NumberColumnField, NumberColumn>()
  return {
    first,
    count,
    words(field) {
      const known = words.get(field)
      if (known) return known
      const stored = raw.get(field)
      const column = stored ? decodeWords(count, stored.dictionary, stored.codes) : noWords(count)
      words.set(field, column)
      return column
    },
    numbers(field) {
      const known = numbers.get(field)
      if (known) return known
      const stored = raw.get(field)
      const column = stored ? decodeNumbers(count, stored.dictionary, stored.codes) : noNumbers(count)
      numbers.set(field, column)
      return column
    },
  }
}

/** A run that was just stored, for reading. */
export const openStored = ({ first, count, columns }: StoredRun): Run => {
  const raw = [...columns].map(
    ([field, { dictionary, codes }]) => [field, { dictionary, codes: codes.slice().buffer }] as const,
  )
  return openRun(first, count, new Map(raw))
}

/** Facts of entries that follow each other, as columns. */
export const storeRun = (first: number, facts: readonly EntryFacts[]): StoredRun =>
  buildRun(
    first,
    facts.length,
    (field) => facts.map(({ words }) => words[field] ?? null),
    (field) => facts.map(({ numbers }) => numbers[field] ?? null),
  )

/** Runs that follow each other as one. */
export const joinRuns = (runs: readonly Run[]): StoredRun =>
  buildRun(
    runs[0]?.first ?? 0,
    runs.reduce((sum, run) => sum + run.count, 0),
    (field) => runs.flatMap((run) => valuesOf(run.words(field))),
    (field) => runs.flatMap((run) => numbersOf(run.numbers(field))),
  )

/** The run as it is once some of its entries say something else; `facts` of those alone, by place. */
export const amendRun = (run: Run, facts: ReadonlyMap<number, EntryFacts>): StoredRun =>
  buildRun(
    run.first,
    run.count,
    (field) => {
      const values = valuesOf(run.words(field))
      for (const [seq, { words }] of facts) values[seq - run.first] = words[field] ?? null
      return values
    },
    (field) => {
      const values = numbersOf(run.numbers(field))
      for (const [seq, { numbers }] of facts) values[seq - run.first] = numbers[field] ?? null
      return values
    },
  )

const buildRun = (
  first: number,
  count: number,
  wordsOf: (field: WordColumnField) => (string | null)[],
  numbersAt: (field: NumberColumnField) => (number | null)[],
): StoredRun => {
  const columns = new Map<ColumnField, StoredColumn>()
  for (const field of wordColumns) {
    const column = encodeWords(wordsOf(field))
    if (column !== null) columns.set(field, column)
  }
  for (const field of numberColumns) {
    const column = encodeNumbers(numbersAt(field))
    if (column !== null) columns.set(field, column)
  }
  return { first, count, columns }
}
