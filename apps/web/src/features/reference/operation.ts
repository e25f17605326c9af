import type { Endpoint } from '@watchbill/contract/endpoint'
import type { FaultCode } from '@watchbill/contract/fault'
import type { Scope } from '@watchbill/contract/scope'
import { type JsonSchema, jsonSchemaOf, refusalOf } from './json-schema.ts'
import { type SchemaNode, schemaTree } from './schema-tree.ts'
import { shapeNames } from './shapes.ts'

/** One row of the contract as the reference shows it. */
export interface Operation {
  /** The row's name: anchor and client method. */
  readonly name: string
  readonly method: Endpoint['method']
  readonly path: string
  readonly scope: Scope | null
  /** Called by a scheduler that shows CRON_SECRET, not by a credential of a workspace. */
  readonly byScheduler: boolean
  readonly summary: string
  readonly status: number
  readonly reply: Endpoint['reply']
  readonly nodeOnly: boolean
  readonly limitBytes: number | null
  readonly params: readonly SchemaNode[]
  readonly query: readonly SchemaNode[]
  readonly body: SchemaNode | null
  readonly bodySchema: JsonSchema | null
  readonly response: SchemaNode | null
  readonly errors: readonly FaultCode[] | 'probe'
}

const defaultLimitBytes = 64 * 1024

const queryNodes = (row: Endpoint): SchemaNode[] => {
  const { query } = row
  if (query === undefined) return []
  return schemaTree(jsonSchemaOf(query, 'input')).children.map((node) => {
    const refusal = refusalOf(query, node.name)
    return refusal === null ? node : { ...node, limits: [refusal] }
  })
}

const isCron = ({ path }: Endpoint) => path.startsWith('/v1/cron/')

/** Whether the query string may hold this name. */
const takes = ({ query }: Endpoint, name: string): boolean =>
  query !== undefined && Object.hasOwn(jsonSchemaOf(query, 'input').properties ?? {}, name)

/** The faults a caller can meet on this row, in the order a request meets them. */
export const faultsOf = (row: Endpoint): FaultCode[] => {
  const found: FaultCode[] = []
  const may = (when: boolean, ...codes: FaultCode[]) => found.push(...(when ? codes : []))
  may(row.scope !== null || isCron(row), 'unauthenticated')
  may(row.scope !== null, 'forbidden')
  may(row.body !== undefined, 'unsupported_media_type', 'too_large', 'invalid_json')
  may(row.params !== undefined || row.query !== undefined || row.body !== undefined, 'invalid_request')
  may(row.path.includes(':'), 'not_found')
  may(takes(row, 'cursor'), 'invalid_cursor')
  may(takes(row, 'q') && row.path.startsWith('/v1/audit/'), 'too_costly')
  found.push('rate_limited', 'unavailable')
  return found
}

/** Everything the reference says about a row, out of the row alone. */
export const describeOperation = (name: string, row: Endpoint): Operation => ({
  name,
  method: row.method,
  path: row.path,
  scope: row.scope,
  byScheduler: isCron(row),
  summary: row.summary,
  status: row.status ?? 200,
  reply: row.reply,
  nodeOnly: row.runtime === 'node',
  limitBytes: row.body === undefined ? null : (row.limitBytes ?? defaultLimitBytes),
  params: row.params === undefined ? [] : schemaTree(jsonSchemaOf(row.params, 'input')).children,
  query: queryNodes(row),
  body: row.body === undefined ? null : schemaTree(jsonSchemaOf(row.body, 'input', shapeNames)),
  bodySchema: row.body === undefined ? null : jsonSchemaOf(row.body, 'input'),
  response: row.response === undefined ? null : schemaTree(jsonSchemaOf(row.response, 'output', shapeNames)),
  errors: row.errors === 'probe' ? 'probe' : faultsOf(row),
})

/** Every word of the filter stands somewhere in the row's own words; no filter lets all through. */
export const matchesFilter = (operation: Operation, filter: string): boolean => {
  const { name, method, path, summary, scope } = operation
  const hay = `${name} ${method} ${path} ${summary} ${scope ?? 'anyone'}`.toLowerCase()
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word))
}
