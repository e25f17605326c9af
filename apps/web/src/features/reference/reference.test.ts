import { api } from '@watchbill/contract/api'
import type { Endpoint } from '@watchbill/contract/endpoint'
import { describe, expect, test } from 'vitest'
import { curlExample } from './curl-example.ts'
import { exampleValue } from './example-value.ts'
import { jsonSchemaOf } from './json-schema.ts'
import { describeOperation, faultsOf, matchesFilter } from './operation.ts'
import { operationGroups } from './operation-groups.ts'
import { type SchemaNode, schemaTree } from './schema-tree.ts'
import { shapes } from './shapes.ts'

const rows: readonly [string, Endpoint][] = Object.entries(api)
const seed = { nowMs: Date.parse('2026-11-20T10:00:00.000Z'), ids: {} }
const child = (node: SchemaNode | null | undefined, name: string): SchemaNode | undefined =>
  node?.children.find((found) => found.name === name)

test('every row of the contract stands in exactly one group', () => {
  const shown = operationGroups().flatMap((group) => group.operations.map((operation) => operation.name))
  expect([...shown].sort()).toEqual(rows.map(([name]) => name).sort())
})

describe('examples', () => {
  test.each(rows.filter(([, row]) => row.body !== undefined))(
    'the body shown for %s is accepted',
    (_, row) => {
      const body = row.body
      if (body === undefined) throw new Error('filtered above')
      const result = body.safeParse(exampleValue(jsonSchemaOf(body, 'input'), seed))
      expect(result.error?.issues ?? []).toEqual([])
    },
  )

  test.each(rows)('the curl line for %s fills every place in the path', (name, row) => {
    const line = curlExample(describeOperation(name, row), 'http://127.0.0.1:4040', seed)
    expect(line).not.toMatch(/\/:/)
    expect(line.includes('WATCHBILL_KEY')).toBe(row.scope !== null)
    expect(line.includes('CRON_SECRET')).toBe(row.path.startsWith('/v1/cron/'))
  })

  test('ids of the reader replace made-up ones', () => {
    const id = 'agt_00000000-0000-7000-8000-000000000001'
    const line = curlExample(describeOperation('getAgent', api.getAgent), 'http://127.0.0.1:1', {
      ...seed,
      ids: { agt: id },
    })
    expect(line).toContain(`'http://127.0.0.1:1/v1/agents/${id}'`)
  })
})

describe('schemaTree', () => {
  const body = describeOperation('postSnapshots', api.postSnapshots).body
  const snapshot = shapes.find((shape) => shape.name === 'Snapshot')

  test('a shared shape is named, not repeated', () => {
    expect(child(body, 'snapshots')).toMatchObject({
      type: 'list of Snapshot',
      shape: 'Snapshot',
      limits: ['1 to 500 items'],
      children: [],
    })
    expect(child(snapshot, 'sessions')).toMatchObject({
      type: 'list of SessionReport',
      shape: 'SessionReport',
    })
  })

  test('every shape that is named is told', () => {
    const named = (nodes: readonly SchemaNode[]): string[] =>
      nodes.flatMap((node) => [...(node.shape === null ? [] : [node.shape]), ...named(node.children)])
    const told = shapes.map((shape) => shape.name)
    const operations = operationGroups().flatMap((group) => group.operations)
    const trees = operations.flatMap(({ response, body: sent }) =>
      [response, sent].filter((tree) => tree !== null),
    )
    expect(told).toEqual(expect.arrayContaining([...new Set(named([...trees, ...shapes]))]))
  })

  test('an object of its own opens into its members', () => {
    expect(child(child(snapshot, 'machine'), 'id')?.type).toBe('mch_… id')
  })

  test('null and default are said, and a default is not required', () => {
    const reason = child(snapshot, 'livenessReason')
    expect(reason).toMatchObject({ nullable: true, required: false, type: 'text' })
    expect(reason?.limits).toEqual(['at most 300 characters', 'default null'])
  })

  test('a choice lists its members', () => {
    expect(child(snapshot, 'liveness')?.type).toBe('running | stopped | unreadable')
    expect(
      child(
        shapes.find((shape) => shape.name === 'Reading'),
        'value',
      ),
    ).toMatchObject({
      type: 'text | number | true or false',
      nullable: true,
    })
  })

  test('a map opens into its values', () => {
    const tree = schemaTree({
      type: 'object',
      additionalProperties: { type: 'array', items: { type: 'object', properties: { a: { type: 'null' } } } },
    })
    expect(tree.type).toBe('map of list of object')
    expect(tree.children.map((node) => node.name)).toEqual(['a'])
  })

  test('anything is anything', () => {
    expect(schemaTree({}).type).toBe('anything')
  })
})

test('limits only zod knows are said in its words', () => {
  const { query } = describeOperation('listAgents', api.listAgents)
  expect(query.find((node) => node.name === 'limit')?.limits).toEqual(['must be between 1 and 500'])
  expect(query.find((node) => node.name === 'state')?.limits[0]).toMatch(/^must be a comma-separated list of/)
})

test('faults follow from the row', () => {
  expect(faultsOf(api.postSnapshots)).toContain('too_large')
  expect(faultsOf(api.getFleet)).not.toContain('not_found')
  expect(faultsOf(api.getAgent)).toContain('not_found')
  expect(faultsOf(api.listAgents)).toContain('invalid_cursor')
})

test('the filter takes words in any order, and an unknown word lets nothing through', () => {
  const operation = describeOperation('listAgents', api.listAgents)
  expect(matchesFilter(operation, 'AGENTS get')).toBe(true)
  expect(matchesFilter(operation, '')).toBe(true)
  expect(matchesFilter(operation, 'agents nonsense')).toBe(false)
  expect(operationGroups('nonsense')).toEqual([])
})
