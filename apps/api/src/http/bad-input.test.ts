import { gzipSync } from 'node:zlib'
import type { EndpointName } from '@watchbill/contract/api'
import type { Endpoint } from '@watchbill/contract/endpoint'
import { Problem } from '@watchbill/contract/fault'
import type { Scope } from '@watchbill/contract/scope'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEnrollment } from '../identity/enrollment.ts'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { sampleCalls } from '../testing/sample-bodies.ts'
import { rowsOf } from './mount.ts'

let test: TestApp
const keys = new Map<Scope, string>()
beforeAll(async () => {
  test = await createTestApp()
  for (const [, { scope }] of rowsOf('node')) if (scope !== null) keys.set(scope, await test.key([scope]))
  // No key can hold this scope: it belongs to enrolment tokens alone.
  const actor = { kind: 'installation', id: 'test' } as const
  const { token } = await createEnrollment(test.deps, 'default', actor, 3600, test.clock.now)
  keys.set('machine:join', token)
})
afterAll(() => test.close())

type Path = readonly (string | number)[]
interface Sample {
  readonly params?: Readonly<Record<string, string>>
  readonly body: unknown
}
/** The samples by name, whatever their type. */
const sampleOf = (name: EndpointName): Sample | undefined =>
  (sampleCalls as Partial<Record<EndpointName, Sample>>)[name]

const posted = rowsOf('node').flatMap(([name, row]): [EndpointName, Endpoint, Sample][] => {
  const sample = sampleOf(name)
  return row.body && sample ? [[name, row, sample]] : []
})

const urlOf = (row: Endpoint, params: Readonly<Record<string, string>> = {}) =>
  row.path.replace(/:([a-z]+)/gi, (_, name: string) => encodeURIComponent(params[name] ?? ''))

const send = (row: Endpoint, { params }: Sample, body: BodyInit, headers: Record<string, string> = {}) => {
  const token = row.scope === null ? undefined : keys.get(row.scope)
  return test.request(urlOf(row, params), {
    method: row.method,
    body,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  })
}

const requireProblem = async (response: Response, status: number, code: string): Promise<Problem> => {
  const problem = Problem.parse(await response.json())
  expect(problem).toMatchObject({ status, code })
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(problem.requestId).toBe(response.headers.get('x-request-id'))
  expect(problem.detail).not.toBe('')
  expect(problem.mend).not.toBeNull()
  expect(problem.errors.length).toBeGreaterThan(0)
  for (const { detail } of problem.errors) expect(detail).not.toBe('Invalid input')
  return problem
}

const pointerOf = (path: Path) => path.map((step) => `/${step}`).join('')

/** Every place in a value, the value itself first. */
const placesOf = (value: unknown, path: Path = []): [Path, unknown][] => [
  [path, value],
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) =>
        placesOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
      )
    : []),
]

/** A copy with one place replaced. */
const replaced = (value: unknown, [step, ...rest]: Path, by: unknown): unknown => {
  if (step === undefined) return by
  if (Array.isArray(value))
    return value.map((inner, index) => (index === step ? replaced(inner, rest, by) : inner))
  if (typeof value !== 'object' || value === null) throw new Error('no such place')
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === step ? replaced(inner, rest, by) : inner]),
  )
}

const utf8 = (text: string) => new TextEncoder().encode(text)
const firstKey = (body: unknown) => Object.keys(Object(body))[0] ?? ''

const countRows = async () => {
  const tables = await test.database.raw(
    // The words themselves are nowhere to be counted (FTS5, contentless); the tables behind them are.
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'audit_text' ORDER BY name",
  )
  const counts = tables.map(async ({ name }) => {
    const [row] = await test.database.raw(`SELECT count(*) AS count FROM "${name}"`)
    return [name, row?.count]
  })
  return Object.fromEntries(await Promise.all(counts))
}

it('has a sample for every row with a body', () => {
  const withBody = rowsOf('node').filter(([, row]) => row.body)
  expect(posted.map(([name]) => name)).toEqual(withBody.map(([name]) => name))
})

describe.each(posted)('%s refuses, and names the place of', (_, row, sample) => {
  const text = JSON.stringify(sample.body)
  let before: Record<string, unknown>
  beforeAll(async () => {
    before = await countRows()
  })
  afterAll(async () => {
    expect(await countRows()).toEqual(before)
    expect(test.logged).toEqual([])
  })

  it('wrong types, at every place', async () => {
    for (const [path, value] of placesOf(sample.body)) {
      const wrong =
        typeof value === 'object' && value !== null && !Array.isArray(value) ? 'text' : { odd: [] }
      const response = await send(row, sample, JSON.stringify(replaced(sample.body, path, wrong)))
      const problem = await requireProblem(response, 400, 'invalid_request')
      const pointers = problem.errors.map(({ pointer }) => pointer)
      expect(pointers.filter((pointer) => pointer.startsWith(pointerOf(path)))).not.toEqual([])
    }
  })

  it('unknown fields, at every depth', async () => {
    for (const [path, value] of placesOf(sample.body)) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) continue
      const body = replaced(sample.body, path, { ...value, surprise: 1 })
      const problem = await requireProblem(
        await send(row, sample, JSON.stringify(body)),
        400,
        'invalid_request',
      )
      expect(problem.errors).toEqual([{ pointer: `${pointerOf(path)}/surprise`, detail: 'unknown field' }])
    }
  })

  it.each(['null', '[]', '"x"', '7', 'true'])('%s instead of an object', async (body) => {
    const problem = await requireProblem(await send(row, sample, body), 400, 'invalid_request')
    expect(problem.errors[0]?.pointer).toBe('')
  })

  it('a text with U+0000', async () => {
    const strings = placesOf(sample.body).filter(([, value]) => typeof value === 'string')
    for (const [path] of strings) {
      const body = replaced(sample.body, path, 'a\u0000b')
      const problem = await requireProblem(
        await send(row, sample, JSON.stringify(body)),
        400,
        'invalid_request',
      )
      expect(problem.errors[0]?.pointer).toBe(pointerOf(path))
    }
  })

  it('cut JSON', async () => {
    const problem = await requireProblem(await send(row, sample, text.slice(0, -1)), 400, 'invalid_json')
    expect(problem.detail).toContain(`line 1, column ${text.length}, byte `)
  })

  it('bad UTF-8', async () => {
    const bytes = utf8(text)
    bytes[3] = 0xff
    const problem = await requireProblem(await send(row, sample, bytes), 400, 'invalid_json')
    expect(problem.detail).toContain('line 1, column 4, byte 3')
  })

  it('half a surrogate pair', async () => {
    const body = `{"${firstKey(sample.body)}":"\\ud800"}`
    const problem = await requireProblem(await send(row, sample, body), 400, 'invalid_json')
    expect(problem.errors[0]?.pointer).toBe(`/${firstKey(sample.body)}`)
  })

  it('a duplicate key', async () => {
    const key = firstKey(sample.body)
    const body = `{"${key}":1,${text.slice(1)}`
    const problem = await requireProblem(await send(row, sample, body), 400, 'invalid_json')
    expect(problem.errors[0]?.pointer).toBe(`/${key}`)
  })

  it('__proto__', async () => {
    const body = `{"__proto__":{"admin":true},${text.slice(1)}`
    const problem = await requireProblem(await send(row, sample, body), 400, 'invalid_json')
    expect(problem.errors[0]?.detail).toContain('__proto__')
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
  })

  it('10,000 levels of nesting', async () => {
    // signIn takes 4 KiB, so there the size speaks first.
    const depth = Math.min(10_000, (row.limitBytes ?? 65_536) - 1)
    const response = await send(row, sample, '['.repeat(depth))
    const problem = await requireProblem(response, 400, 'invalid_json')
    expect(problem.errors[0]?.detail).toContain('64 levels')
  })

  it('a body one byte too large', async () => {
    const body = text + ' '.repeat((row.limitBytes ?? 65_536) - utf8(text).length + 1)
    await requireProblem(await send(row, sample, body), 413, 'too_large')
  })

  it('a gzip bomb', async () => {
    const bomb = new Uint8Array(gzipSync(text + ' '.repeat(20_000_000)))
    await requireProblem(await send(row, sample, bomb, { 'content-encoding': 'gzip' }), 413, 'too_large')
  })

  it('what is not gzip, though it says so', async () => {
    await requireProblem(await send(row, sample, text, { 'content-encoding': 'gzip' }), 400, 'invalid_json')
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])('%s', async (type) => {
    const response = await send(row, sample, text, { 'content-type': type })
    const problem = await requireProblem(response, 415, 'unsupported_media_type')
    expect(problem.errors[0]?.pointer).toBe('header.content-type')
  })

  it('an empty body', async () => {
    await requireProblem(await send(row, sample, ''), 400, 'invalid_json')
  })

  it('an unknown query parameter', async () => {
    const path = `${urlOf(row, sample.params)}?surprise=1`
    const token = row.scope === null ? undefined : keys.get(row.scope)
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    }
    const response = await test.request(path, { method: row.method, body: text, headers })
    const problem = await requireProblem(response, 400, 'invalid_request')
    expect(problem.errors).toEqual([{ pointer: 'query.surprise', detail: 'unknown field' }])
  })

  it('anything else: never a 5xx', async () => {
    const places = placesOf(sample.body).map(([path]) => path)
    const junk = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.string(), fc.double(), fc.maxSafeInteger())
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), junk, fc.boolean(), async (path, value, whole) => {
        const body = whole ? { ...Object(sample.body), [firstKey(sample.body)]: value } : value
        const response = await send(row, sample, JSON.stringify(replaced(sample.body, path, body)))
        expect(response.status).toBeLessThan(500)
        // What happens to be valid may be stored; that is counted again.
        if (response.ok) before = await countRows()
      }),
      { numRuns: process.env.WATCHBILL_DRILLS === '1' ? 1000 : 100, verbose: 1 },
    )
  })
})

it('the samples themselves are well formed', async () => {
  for (const [, row, sample] of posted) {
    const response = await send(row, sample, JSON.stringify(sample.body))
    // Nothing is there to rename, and nothing is sealed to share: well formed all the same.
    expect([200, 201, 401, 403, 404, 409], row.path).toContain(response.status)
  }
})
