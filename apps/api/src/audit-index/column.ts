import { numberFields, type QueryField, wordFields } from '@watchbill/contract/audit-query'

/** Fields that are kept as columns. `seq` is the place itself, and `runtime` follows from the agent. */
export type ColumnField = Exclude<QueryField, 'seq' | 'runtime'>
export const wordColumns = wordFields.filter((field) => field !== 'runtime')
export const numberColumns = numberFields.filter((field) => field !== 'seq')
export const everyColumn: readonly ColumnField[] = [...wordColumns, ...numberColumns]

/** A word field of a run of entries: which of the distinct values each has. */
export interface WordColumn {
  /** Value of code 1, 2, …; code 0 is none. */
  readonly values: readonly string[]
  readonly codes: Uint8Array | Uint16Array
}

/** A number field: NaN for none. */
export interface NumberColumn {
  readonly min: number | null
  readonly max: number | null
  readonly numbers: Float64Array
}

/** As `audit_columns` holds them; null where no entry of the run has a value: then nothing is stored. */
export interface StoredColumn {
  readonly dictionary: string
  readonly codes: Uint8Array
}

export const encodeWords = (values: readonly (string | null)[]): StoredColumn | null => {
  const codeOf = new Map<string, number>()
  const wide = new Uint16Array(values.length)
  for (const [index, value] of values.entries()) {
    if (value === null) continue
    const code = codeOf.get(value) ?? codeOf.size + 1
    if (code > codeOf.size) codeOf.set(value, code)
    wide[index] = code
  }
  if (codeOf.size === 0) return null
  const codes = codeOf.size <= 255 ? Uint8Array.from(wide) : bytesOf(wide)
  return { dictionary: JSON.stringify([...codeOf.keys()]), codes }
}

export const encodeNumbers = (values: readonly (number | null)[]): StoredColumn | null => {
  const numbers = Float64Array.from(values, (value) => value ?? Number.NaN)
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (value === null) continue
    if (value < min) min = value
    if (value > max) max = value
  }
  if (min > max) return null
  return { dictionary: JSON.stringify([min, max]), codes: bytesOf(numbers) }
}

/** `count` entries without a value, for a run that stores none. */
export const noWords = (count: number): WordColumn => ({ values: [], codes: new Uint8Array(count) })
export const noNumbers = (count: number): NumberColumn => ({
  min: null,
  max: null,
  numbers: new Float64Array(count).fill(Number.NaN),
})

/** Whoever edits the file can put anything here: a column that does not fit its run is one without values. */
export const decodeWords = (count: number, dictionary: string, bytes: ArrayBuffer): WordColumn => {
  const values = listOf(dictionary).filter((value) => typeof value === 'string')
  const narrow = bytes.byteLength === count
  if (!narrow && bytes.byteLength !== count * 2) return noWords(count)
  return { values, codes: narrow ? new Uint8Array(bytes) : new Uint16Array(bytes) }
}

export const decodeNumbers = (count: number, dictionary: string, bytes: ArrayBuffer): NumberColumn => {
  const [min, max] = listOf(dictionary)
  if (bytes.byteLength !== count * 8 || typeof min !== 'number' || typeof max !== 'number')
    return noNumbers(count)
  return { min, max, numbers: new Float64Array(bytes) }
}

/** The values one by one, for a run that is written anew. */
export const valuesOf = ({ values, codes }: WordColumn): (string | null)[] =>
  Array.from(codes, (code) => values[code - 1] ?? null)

export const numbersOf = ({ numbers }: NumberColumn): (number | null)[] =>
  Array.from(numbers, (value) => (Number.isNaN(value) ? null : value))

const listOf = (text: string): unknown[] => {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

const bytesOf = (array: Uint16Array | Float64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
