/** One parsed line: an object of unknown shape. Everything below reads it without trusting it. */
export type Row = Readonly<Record<string, unknown>>

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Null for anything that is not one JSON object. */
export const parseRow = (line: string): Row | null => {
  try {
    const value: unknown = JSON.parse(line)
    return isRow(value) ? value : null
  } catch {
    return null
  }
}

const nothing: Row = {}

/** An own field that is an object, else an empty one. */
export const rowAt = (row: Row, name: string): Row => {
  const value = valueAt(row, name)
  return isRow(value) ? value : nothing
}

export const valueAt = (row: Row, name: string): unknown => (Object.hasOwn(row, name) ? row[name] : undefined)

const listAt = (row: Row, name: string): readonly unknown[] => {
  const value = valueAt(row, name)
  return Array.isArray(value) ? value : []
}

export const rowsAt = (row: Row, name: string): readonly Row[] => listAt(row, name).filter(isRow)

/** Non-empty text as it stands, for keys and comparisons; never to be kept or sent. */
export const rawAt = (row: Row, name: string): string | null => {
  const value = valueAt(row, name)
  return typeof value === 'string' && value !== '' ? value : null
}

/** An id as it stands, cut at 200: for keys and for linking rows. */
export const idAt = (row: Row, name: string): string | null => rawAt(row, name)?.slice(0, 200) ?? null

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go
const controls = /[\u0000-\u001f\u007f\u2028\u2029]+/g
const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Half characters replaced, as UTF-8 would. */
export const wellFormed = (text: string): string => text.replace(loneSurrogates, '\ufffd')

/** A short label out of foreign text: one line, no NUL, no half character, at most `max` UTF-16 units. */
export const label = (value: unknown, max = 120): string | null => {
  if (typeof value !== 'string') return null
  const cut = wellFormed(
    value
      .slice(0, max * 2)
      .replace(controls, ' ')
      .trim()
      .slice(0, max),
  )
  return cut === '' ? null : cut
}

export const labelAt = (row: Row, name: string, max = 120): string | null => label(valueAt(row, name), max)

/** A count of tokens or the like: a whole number from 0 to 10^12, else null. */
export const countAt = (row: Row, name: string): number | null => {
  const value = valueAt(row, name)
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1e12 ? value : null
}

const zoned = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/
const firstMs = Date.UTC(2000, 0, 1)
const lastMs = Date.UTC(2100, 0, 1)

/** Milliseconds of a zoned RFC 3339 time in this century, else null: a missing time is never replaced by now. */
export const instantAt = (row: Row, name: string): number | null => {
  const value = valueAt(row, name)
  if (typeof value !== 'string' || value.length > 40 || !zoned.test(value)) return null
  const ms = Date.parse(value)
  return ms >= firstMs && ms < lastMs ? ms : null
}
