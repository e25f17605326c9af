import * as z from 'zod/mini'
import { Agent, AgentDetail, HistoryBucket, Reading } from './agents.ts'
import type { Endpoint } from './endpoint.ts'
import { Problem } from './fault.ts'
import { Attention, Change, Fleet } from './fleet.ts'
import { Key, Self, Workspace } from './identity.ts'
import { LookedAt, Machine, MachineReport } from './machines.ts'
import { Check, HealthDocument } from './probes.ts'
import { scopeSummary } from './scope.ts'
import { Session, SessionReport, Tokens, ToolCall, Waiting } from './sessions.ts'
import { Snapshot, SnapshotReceipt } from './snapshots.ts'

type Json = { [key: string]: unknown }
type Table = Readonly<Record<string, Endpoint>>

/** Schemas with a name of their own in the document; requests see them as `…Input`, before defaults are filled in. */
const spoken = { Reading, Tokens, ToolCall, Waiting, LookedAt }
const asked = { ...spoken, SessionReport, Snapshot, MachineReport }
const answered = {
  ...spoken,
  Agent,
  AgentDetail,
  HistoryBucket,
  Session,
  Attention,
  Fleet,
  Change,
  Machine,
  Workspace,
  Self,
  Key,
  SnapshotReceipt,
  Check,
  HealthDocument,
  Problem,
}

/** The OpenAPI 3.1 document of a table of rows. Pure: the same table, the same document. */
export const buildOpenapi = (api: Table, info: { version: string }): Json => {
  const paths: { [path: string]: Json } = {}
  for (const [name, row] of Object.entries(api)) {
    const path = row.path.replace(/:([a-zA-Z]+)(?:\{\.\+\})?/g, '{$1}')
    paths[path] = { ...paths[path], [row.method.toLowerCase()]: operation(name, row) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Watchbill',
      version: info.version,
      summary: 'The control plane for fleets of AI agents',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A key: `wb_<workspace>_<kind>_<secret>`' },
        cookie: { type: 'apiKey', in: 'cookie', name: '__Host-wb', description: 'A browser session' },
      },
      responses: { Problem: { description: 'A refusal (RFC 9457)', content: problemContent } },
      schemas: schemasOf(api),
    },
    'x-scopes': scopeSummary,
  }
}

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })
const problemContent = { 'application/problem+json': { schema: ref('Problem') } }

const schemasOf = (api: Table): Json => {
  const input = z.registry<{ id: string }>()
  const output = z.registry<{ id: string }>()
  for (const [name, schema] of Object.entries(asked)) input.add(schema, { id: `${name}Input` })
  for (const [name, schema] of Object.entries(answered)) output.add(schema, { id: name })
  for (const [name, { body, response }] of Object.entries(api)) {
    if (body) input.add(body, { id: `${name}Request` })
    if (response && !output.has(response)) output.add(response, { id: `${name}Response` })
  }
  const all = { ...jsonSchemas(input, 'input'), ...jsonSchemas(output, 'output') }
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const jsonSchemas = (registry: z.core.$ZodRegistry<{ id: string }>, io: 'input' | 'output'): Json => {
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ zodSchema, jsonSchema }) => {
      // A response may gain fields; only strict objects promise that they will not.
      const { def } = zodSchema._zod
      if (def.type === 'object' && !('catchall' in def && def.catchall))
        delete jsonSchema.additionalProperties
    },
  })
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)]))
}

const bare = ({ $schema: _, $id: __, id: ___, ...schema }: Json): Json => schema

/** `/v1/keys/:id` is under keys, `/install/…` under install, `/log/…` under log; every other door outside /v1 is a probe. */
const tagOf = (path: string): string => {
  const [, first, second = 'probes'] = path.split('/')
  if (first === 'v1') return second
  return first === 'install' || first === 'log' ? first : 'probes'
}

const operation = (name: string, row: Endpoint): Json => ({
  operationId: name,
  summary: row.summary,
  tags: [tagOf(row.path)],
  'x-scope': row.scope,
  ...(row.runtime === 'node' ? { 'x-runtime': 'node' } : {}),
  security: row.scope === null ? [] : [{ bearer: [] }, { cookie: [] }],
  parameters: [
    ...parametersOf(row.params, 'path'),
    ...parametersOf(row.query, 'query'),
    ...(row.scope === null ? [] : [workspaceParameter]),
  ],
  ...(row.body ? { requestBody: requestBody(name, row) } : {}),
  responses: { [String(successOf(row))]: success(name, row), ...refusals(row) },
})

const workspaceParameter = {
  name: 'workspace',
  in: 'query',
  required: false,
  description: 'A workspace this credential reaches; its own unless said',
  schema: { type: 'string' },
}

const parametersOf = (schema: Endpoint['params'], place: 'path' | 'query'): Json[] => {
  if (!schema) return []
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' })
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
  }))
}

const requestBody = (name: string, row: Endpoint): Json => ({
  required: true,
  description: `At most ${row.limitBytes ?? 65_536} bytes, inflated; Content-Encoding gzip or identity`,
  content: Object.fromEntries(
    (row.accept ?? ['application/json']).map((type) => [type, { schema: ref(`${name}Request`) }]),
  ),
})

const successOf = (row: Endpoint): number => row.status ?? (row.reply === 'none' ? 204 : 200)

const mediaTypes: Readonly<Record<Endpoint['reply'], string | null>> = {
  json: 'application/json',
  text: 'text/plain',
  bytes: 'application/json',
  html: 'text/html',
  sse: 'text/event-stream',
  ndjson: 'application/x-ndjson',
  none: null,
}

/** Bytes are this document itself, or a file. */
const mediaTypeOf = ({ reply, path }: Endpoint): string | null =>
  reply === 'bytes' && !path.endsWith('.json') ? 'application/octet-stream' : mediaTypes[reply]

const success = (name: string, row: Endpoint): Json => {
  const type = mediaTypeOf(row)
  if (type === null) return { description: 'Done' }
  const named = Object.entries(answered).find(([, schema]) => schema === row.response)?.[0]
  const schema = row.response
    ? ref(named ?? `${name}Response`)
    : row.reply === 'bytes'
      ? {}
      : { type: 'string' }
  return {
    description: row.summary,
    content: { [type]: { schema }, ...(isProbe(row) ? healthContent : {}) },
    ...(row.reply === 'sse' ? { 'x-event-data': { change: ref('Change') } } : {}),
  }
}

/** draft-inadarei-api-health-check, for who asks for it. */
const healthContent = { 'application/health+json': { schema: ref('HealthDocument') } }
const isProbe = (row: Endpoint) => row.errors === 'probe' && row.scope === null

/** What can go wrong with any row of this shape; the closed codes stand in Problem. */
const refusals = (row: Endpoint): Json => {
  const statuses = [
    400,
    ...(row.scope === null ? [] : [401, 403]),
    404,
    ...(row.method === 'GET' ? [] : [403, 409]),
    ...(row.body ? [413, 415] : []),
    ...(isProbe(row) ? [] : [421, 429]),
    500,
    503,
  ]
  const refusal =
    row.errors === 'probe'
      ? {
          description: 'A refusal, or the reason why not',
          content: { 'text/plain': { schema: { type: 'string' } } },
        }
      : { $ref: '#/components/responses/Problem' }
  return Object.fromEntries(statuses.sort((a, b) => a - b).map((status) => [String(status), refusal]))
}
