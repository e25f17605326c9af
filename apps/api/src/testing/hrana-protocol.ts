import type Database from 'libsql'
import * as z from 'zod/mini'

/** Hrana 2 over HTTP as JSON (libsql HRANA_2_SPEC, "Hrana over HTTP"): what one request asks and its answer. */
const Value = z.discriminatedUnion('type', [
  z.object({ type: z.literal('null') }),
  z.object({ type: z.literal('integer'), value: z.string() }),
  z.object({ type: z.literal('float'), value: z.number() }),
  z.object({ type: z.literal('text'), value: z.string() }),
  z.object({ type: z.literal('blob'), base64: z.string() }),
])
type Value = z.infer<typeof Value>

const sqlText = { sql: z.nullish(z.string()), sql_id: z.nullish(z.int()) }
const Statement = z.object({
  ...sqlText,
  args: z.nullish(z.array(Value)),
  named_args: z.nullish(z.array(z.object({ name: z.string(), value: Value }))),
})
type Statement = z.infer<typeof Statement>

interface Condition {
  type: 'ok' | 'error' | 'not' | 'and' | 'or'
  step?: number | undefined
  cond?: Condition | undefined
  conds?: Condition[] | undefined
}
const Condition: z.ZodMiniType<Condition> = z.object({
  type: z.enum(['ok', 'error', 'not', 'and', 'or']),
  step: z.optional(z.int()),
  get cond() {
    return z.optional(Condition)
  },
  get conds() {
    return z.optional(z.array(Condition))
  },
})

const Step = z.object({ stmt: Statement, condition: z.nullish(Condition) })

export const StreamRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('execute'), stmt: Statement }),
  z.object({ type: z.literal('batch'), batch: z.object({ steps: z.array(Step) }) }),
  z.object({ type: z.literal('sequence'), ...sqlText }),
  z.object({ type: z.literal('describe'), ...sqlText }),
  z.object({ type: z.literal('store_sql'), sql_id: z.int(), sql: z.string() }),
  z.object({ type: z.literal('close_sql'), sql_id: z.int() }),
  z.object({ type: z.literal('get_autocommit') }),
  z.object({ type: z.literal('close') }),
])
export type StreamRequest = z.infer<typeof StreamRequest>

/** One Hrana stream: a connection, and the SQL texts its client stored. */
export interface Stream {
  readonly db: Database.Database
  readonly stored: Map<number, string>
}

/** The body of the `response` field. Throws what SQLite throws; the server turns that into an error result. */
export const answer = (stream: Stream, request: StreamRequest): object => {
  const { type } = request
  switch (type) {
    case 'execute':
      return { type, result: execute(stream, request.stmt) }
    case 'batch':
      return { type, result: runBatch(stream, request.batch.steps) }
    case 'sequence':
      stream.db.exec(findSql(stream, request))
      return { type }
    case 'describe':
      return { type, result: describe(stream, findSql(stream, request)) }
    case 'store_sql':
      stream.stored.set(request.sql_id, request.sql)
      return { type }
    case 'close_sql':
      stream.stored.delete(request.sql_id)
      return { type }
    case 'get_autocommit':
      return { type, is_autocommit: !stream.db.inTransaction }
    case 'close':
      return { type }
  }
}

export const formatError = (error: unknown): { message: string; code: string } => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'SQLITE_ERROR'
  return { message: `SQLite error: ${error instanceof Error ? error.message : String(error)}`, code }
}

const findSql = (stream: Stream, { sql, sql_id }: Pick<Statement, 'sql' | 'sql_id'>): string => {
  const text = sql ?? stream.stored.get(sql_id ?? -1)
  if (text === undefined) throw Object.assign(new Error('unknown sql_id'), { code: 'SQL_NOT_FOUND' })
  return text
}

const execute = (stream: Stream, statement: Statement) => {
  const prepared = stream.db.prepare<unknown[]>(findSql(stream, statement)).safeIntegers(true)
  const bound = bindArgs(statement)
  if (!prepared.reader) {
    const { changes, lastInsertRowid } = prepared.run(bound)
    return { cols: [], rows: [], affected_row_count: changes, last_insert_rowid: String(lastInsertRowid) }
  }
  const rows = prepared.raw(true).all(bound)
  const cells = rows.map((row) => (Array.isArray(row) ? row.map(formatValue) : []))
  return { cols: formatColumns(prepared), rows: cells, affected_row_count: 0, last_insert_rowid: null }
}

const bindArgs = ({ args, named_args }: Statement): unknown => {
  if (!named_args?.length) return (args ?? []).map(parseValue)
  return Object.fromEntries(
    named_args.map(({ name, value }) => [name.replace(/^[:@$]/, ''), parseValue(value)]),
  )
}

const runBatch = (stream: Stream, steps: readonly z.infer<typeof Step>[]) => {
  const results: (object | null)[] = []
  const errors: (object | null)[] = []
  for (const { stmt, condition } of steps) {
    let result: object | null = null
    let error: object | null = null
    try {
      if (!condition || holds(condition, results, errors)) result = execute(stream, stmt)
    } catch (thrown) {
      error = formatError(thrown)
    }
    results.push(result)
    errors.push(error)
  }
  return { step_results: results, step_errors: errors }
}

type Outcomes = readonly (object | null)[]

const holds = (condition: Condition, results: Outcomes, errors: Outcomes): boolean => {
  const { type, step = -1, cond, conds = [] } = condition
  if (type === 'ok') return results[step] != null
  if (type === 'error') return errors[step] != null
  if (type === 'not') return cond !== undefined && !holds(cond, results, errors)
  if (type === 'and') return conds.every((each) => holds(each, results, errors))
  return conds.some((each) => holds(each, results, errors))
}

const describe = (stream: Stream, sql: string) => {
  const prepared = stream.db.prepare(sql)
  const cols = prepared.reader ? formatColumns(prepared) : []
  return { params: [], cols, is_explain: /^\s*explain\b/i.test(sql), is_readonly: prepared.reader }
}

const formatColumns = (prepared: { columns(): Database.ColumnDefinition[] }) =>
  prepared.columns().map(({ name, type }) => ({ name, decltype: type ?? null }))

const formatValue = (value: unknown): Value => {
  if (value === null) return { type: 'null' }
  if (typeof value === 'bigint') return { type: 'integer', value: String(value) }
  if (typeof value === 'number') return { type: 'float', value }
  if (typeof value === 'string') return { type: 'text', value }
  if (value instanceof Uint8Array) return { type: 'blob', base64: Buffer.from(value).toString('base64') }
  throw new Error(`no Hrana value for a ${typeof value}`)
}

const parseValue = (value: Value): string | number | bigint | Buffer | null => {
  if (value.type === 'null') return null
  if (value.type === 'integer') return BigInt(value.value)
  if (value.type === 'blob') return Buffer.from(value.base64, 'base64')
  return value.value
}
