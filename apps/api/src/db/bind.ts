import type { InArgs, InStatement, InValue } from '@libsql/client/http'
import { Fault } from '@watchbill/contract/fault'
import type { Arg } from './write.ts'

/**
 * What may be bound; whole numbers as BigInt, since a JS number binds as REAL on file and over HTTP alike.
 * Throws Fault('invalid_request') for text the database would not give back as it was.
 */
export const bindValue = (value: unknown): string | number | bigint | Uint8Array | null => {
  if (value === null || typeof value === 'bigint') return value
  if (typeof value === 'string') return bindText(value)
  if (typeof value === 'number') return bindNumber(value)
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (value instanceof Date) return bindNumber(value.getTime())
  throw new TypeError(`cannot bind ${String(value)} to a statement`)
}

/**
 * The binding reads text up to its first NUL and turns half a surrogate pair into U+FFFD; an escaped half inside JSON
 * becomes invalid UTF-8 in json_each and ->>, on which the native reader aborts the process. Refused, never repaired.
 */
export const bindText = (value: string): string => {
  if (!/[\0\ud800-\udfff]/u.test(value) && !(isJson(value) && halfEscape.test(value))) return value
  throw new Fault(
    'invalid_request',
    'A text holds U+0000 or half of a surrogate pair and cannot be stored.',
    {
      mend: 'Leave those characters out.',
    },
  )
}

const isJson = (value: string): boolean => /^\s*["[{]/.test(value)
/** JSON.stringify writes this escape for a lone half and for nothing else. */
const halfEscape = /(?<!\\)(?:\\\\)*\\ud[89a-f][0-9a-f]{2}/i

const bindNumber = (value: number): number | bigint => {
  if (!Number.isFinite(value)) throw new TypeError(`cannot bind ${value} to a statement`)
  return Number.isSafeInteger(value) ? BigInt(value) : value
}

/** A statement with its arguments ready to bind; positional only, as drizzle and the doors write them. */
export interface Statement {
  readonly sql: string
  readonly args: ReturnType<typeof bindValue>[]
}

export const readStatement = (
  statement: InStatement | [string, InArgs?] | { sql: string; args: readonly Arg[] },
  args?: InArgs,
): Statement => {
  if (typeof statement === 'string') return { sql: statement, args: bindAll(args) }
  if (Array.isArray(statement)) return { sql: statement[0], args: bindAll(statement[1]) }
  return { sql: statement.sql, args: bindAll(statement.args) }
}

const bindAll = (args: InArgs | readonly Arg[] | undefined) => {
  if (args === undefined) return []
  if (!isList(args)) throw new TypeError('bind by position: named arguments are not used here')
  return args.map(bindValue)
}

const isList = (args: InArgs | readonly Arg[]): args is InValue[] => Array.isArray(args)
