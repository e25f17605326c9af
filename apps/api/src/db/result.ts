import type { ResultSet, Row, Value } from '@libsql/client/http'

/** One row of a result: by position and by column name, as the Client interface of @libsql/client has it. */
class ResultRow {
  [column: string]: Value
  readonly #cells: readonly Value[]

  /** `names` is null where a column's name is taken by a position or by `length`. */
  constructor(names: readonly (string | null)[], cells: readonly Value[]) {
    this.#cells = cells
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index]
      if (typeof name === 'string') this[name] = cells[index] ?? null
    }
  }

  get length(): number {
    return this.#cells.length
  }

  static {
    // Positions live on the prototype: defining them on every row costs more than reading the row.
    for (let index = 0; index < 200; index += 1) {
      Object.defineProperty(ResultRow.prototype, index, {
        get(this: ResultRow) {
          return this.#cells[index]
        },
      })
    }
  }
}

/** A result in the shape of @libsql/client, with integers as `readValue` gives them. */
export const createResult = (
  columns: string[],
  columnTypes: string[],
  cells: readonly (readonly unknown[])[],
  rowsAffected = 0,
  lastInsertRowid?: bigint,
): ResultSet => {
  const names = columns.map((name) => (/^(?:length|\d+)$/.test(name) ? null : name))
  const rows: Row[] = cells.map((row) => new ResultRow(names, row.map(readValue)))
  return {
    columns,
    columnTypes,
    rows,
    rowsAffected,
    lastInsertRowid,
    toJSON: () => ({ columns, columnTypes, rows: rows.map((row) => Array.from(row)), rowsAffected }),
  }
}

/** Integers come back as numbers while those are exact, else as BigInt: never rounded, never an exception. */
const readValue = (value: unknown): Value => {
  if (typeof value === 'bigint') {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
  }
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'number') return value
  if (value instanceof ArrayBuffer) return value
  if (value instanceof Uint8Array) return Uint8Array.from(value).buffer
  throw new Error(`the database returned a ${typeof value}`)
}
