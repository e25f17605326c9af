import type { Endpoint } from '@watchbill/contract/endpoint'
import { Problem } from '@watchbill/contract/fault'
import type { Scope } from '@watchbill/contract/scope'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { rowsOf } from './mount.ts'

let test: TestApp
const keys = new Map<Scope, string>()
beforeAll(async () => {
  test = await createTestApp()
  for (const [, { scope }] of rowsOf('node')) if (scope !== null) keys.set(scope, await test.key([scope]))
})
afterAll(() => test.close())

describe.each(rowsOf('node').filter(([, row]) => row.params || row.query))('%s', (_, row) => {
  const junk = [
    '',
    '%00',
    '..',
    '%2e%2e%2f',
    '%ff',
    `${'x'.repeat(5000)}`,
    "'; DROP TABLE agents; --",
    '💥',
    '__proto__',
  ]
  const get = (path: string) => {
    const token = row.scope === null ? undefined : keys.get(row.scope)
    return test.request(path, {
      method: row.method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })
  }

  it('answers junk in the path with a 4xx', async () => {
    // The cover is the same page for whatever is asked for (shares/cover.test.ts): that is what keeps it from telling.
    if (!row.params || row.body || row.path.startsWith('/s/')) return
    for (const value of junk) {
      const response = await get(row.path.replace(/:[a-z]+/gi, value))
      expect([400, 404], `${value} gave ${response.status}`).toContain(response.status)
    }
  })

  it('answers junk in the query with a 400 that names the parameter, or with what it found', async () => {
    if (!row.query) return
    const names = [...parametersOf(row.query), 'surprise', '__proto__', 'constructor']
    const path = row.path.replace(/:[a-z]+/gi, `${idPrefix(row)}_01a1f848-b543-7e91-9e5e-989cb75f9d5f`)
    for (const name of names) {
      for (const value of junk) {
        const response = await get(`${path}?${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
        expect(response.status, JSON.stringify(test.logged)).not.toBe(500)
        if (response.status !== 400 || row.errors === 'probe') continue
        const problem = Problem.parse(await response.json())
        // A query's own errors also say where in it: `query.q:4-9`.
        expect(problem.errors.map(({ pointer }) => pointer.replace(/:\d+-\d+$/, ''))).toContain(
          `query.${name}`,
        )
      }
    }
  })
})

const parametersOf = (query: NonNullable<Endpoint['query']>) =>
  Object.keys(z.toJSONSchema(query, { io: 'input' }).properties ?? {})

const idPrefix = (row: Endpoint) =>
  row.path.includes('agents') ? 'agt' : row.path.includes('sessions') ? 'ses' : 'mch'
