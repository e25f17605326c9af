import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import committed from '../openapi.json' with { type: 'json' }
import { api } from './api.ts'
import type { Endpoint } from './endpoint.ts'
import { buildOpenapi } from './openapi.ts'

const document: unknown = JSON.parse(JSON.stringify(buildOpenapi(api, { version: committed.info.version })))

const walk = (value: unknown, visit: (key: string, value: unknown) => void): void => {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    visit(key, inner)
    walk(inner, visit)
  }
}

const at = (pointer: string): unknown =>
  pointer
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (value, step) => Object(value)[step.replaceAll('~1', '/').replaceAll('~0', '~')],
      document,
    )

describe('buildOpenapi', () => {
  it('is what is committed (else: node scripts/openapi.mjs --write)', () => {
    expect(document).toEqual(committed)
  })

  it('says every row once, with its scope', () => {
    const Document = z.object({
      paths: z.record(
        z.string(),
        z.record(z.string(), z.object({ operationId: z.string(), 'x-scope': z.nullable(z.string()) })),
      ),
    })
    const said = Object.entries(Document.parse(document).paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, row]) => [
        row.operationId,
        `${method.toUpperCase()} ${path}`,
        row['x-scope'],
      ]),
    )
    const rows = Object.entries<Endpoint>(api).map(([name, row]) => [
      name,
      `${row.method} ${row.path.replace(/:(\w+)(\{\.\+\})?/g, '{$1}')}`,
      row.scope,
    ])
    expect(said.sort()).toEqual(rows.sort())
  })

  it('refers to nothing that is not there, and leaves no component unused', () => {
    const refs = new Set<string>()
    walk(document, (key, value) => {
      if (key === '$ref' && typeof value === 'string') refs.add(value)
    })
    for (const ref of refs) expect(at(ref), ref).toBeTypeOf('object')
    const schemas = Object.keys(Object(at('#/components/schemas')))
    const unused = schemas.filter((name) => !refs.has(`#/components/schemas/${name}`))
    expect(unused).toEqual([])
  })

  it('holds no ids or dialects of the generator', () => {
    walk(document, (key) => expect(['$id', '$schema', '$defs']).not.toContain(key))
  })
})
