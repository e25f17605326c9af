import { api } from '@watchbill/contract/api'
import { Fault, Problem } from '@watchbill/contract/fault'
import { afterEach, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp, type TestAppOptions, testUrl } from './testing/app.ts'
import { signInCookie } from './testing/sign-in.ts'

const open: TestApp[] = []
const start = async (options?: TestAppOptions): Promise<TestApp> => {
  const test = await createTestApp(options)
  open.push(test)
  return test
}
afterEach(async () => {
  for (const test of open.splice(0)) await test.close()
})

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
const problemOf = async (response: Response) => Problem.parse(await response.json())
const json = { 'content-type': 'application/json' }

describe('routes', () => {
  it('are the rows of the contract, all of them and no others', async () => {
    const { app } = await start()
    const routes = app.routes.filter(({ method }) => method !== 'ALL')
    const rows = Object.values(api)
    const name = ({ method, path }: { method: string; path: string }) => `${method} ${path}`
    expect(routes.map(name).sort()).toEqual(rows.map(name).sort())
    const others = app.routes.filter(({ method }) => method === 'ALL').map(({ path }) => path)
    expect(new Set(others)).toEqual(new Set(rows.map(({ path }) => path)))
  })

  it('that do not exist are 404 problems', async () => {
    const { request } = await start()
    for (const path of ['/', '/v1', '/v1/nothing', '/v1/fleet/', '/V1/fleet', '/v1/../etc/passwd', '/%00']) {
      const response = await request(path)
      expect(response.status).toBe(404)
      expect(await problemOf(response)).toMatchObject({ code: 'not_found' })
    }
  })

  it('called with another method are 405 with Allow', async () => {
    const { request } = await start()
    const cases = [
      ['PATCH', '/v1/fleet', 'GET, HEAD'],
      ['POST', '/v1/agents/x', 'GET, HEAD'],
      ['DELETE', '/v1/machines', 'POST, GET, HEAD'],
      ['OPTIONS', '/v1/self', 'GET, HEAD, DELETE'],
    ] as const
    for (const [method, path, allow] of cases) {
      const response = await request(path, { method })
      expect([response.status, response.headers.get('allow')]).toEqual([405, allow])
      expect(await problemOf(response)).toMatchObject({ code: 'method_not_allowed' })
    }
  })

  it('answer HEAD as GET, without a body', async () => {
    const test = await start()
    const token = await test.key(['fleet:read'])
    const response = await test.request('/v1/fleet', { method: 'HEAD', ...bearer(token) })
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect((await test.request('/v1/fleet', { method: 'HEAD' })).status).toBe(401)
    const stream = await test.request('/v1/stream', { method: 'HEAD', ...bearer(token) })
    expect([stream.status, stream.body]).toEqual([200, null])
  })
})

describe('every answer', () => {
  it('carries the security headers and a request id', async () => {
    const test = await start()
    const token = await test.key(['fleet:read'])
    const answers = [
      await test.request('/v1/fleet', bearer(token)),
      await test.request('/v1/fleet'),
      await test.request('/nowhere'),
      await test.request('/livez'),
      await test.request('/v1/fleet', { method: 'PUT' }),
    ]
    for (const { headers } of answers) {
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
      expect(headers.get('cache-control')).toMatch(/no-store|^private, no-cache$/)
      expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-f-]{36}$/)
    }
  })

  it('keeps a plain request id of the caller and no other', async () => {
    const { request } = await start()
    const idFor = async (given: string) =>
      (await request('/v1/fleet', { headers: { 'x-request-id': given } })).headers.get('x-request-id')
    expect(await idFor('trace-0123456789')).toBe('trace-0123456789')
    for (const given of [
      'short',
      'a b c d e f g h',
      '<script>alert(1)</script>',
      'x'.repeat(65),
      '"},{"level"',
    ]) {
      expect(await idFor(given)).toMatch(/^req_/)
    }
  })

  it('is refused to a Host that is not ours, but for the open probes', async () => {
    const { app } = await start({ config: { allowedHosts: ['127.0.0.1:4040'] } })
    const status = async (path: string, host: string) =>
      (await app.fetch(new Request(`http://${host}${path}`))).status
    expect(await status('/v1/fleet', 'watchbill.test:4040')).toBe(401)
    expect(await status('/v1/fleet', 'WATCHBILL.TEST:4040')).toBe(401)
    expect(await status('/v1/fleet', '127.0.0.1:4040')).toBe(401)
    for (const host of [
      'evil.test',
      'evil.test:4040',
      'watchbill.test',
      '127.0.0.1:4041',
      'x.watchbill.test:4040',
    ]) {
      expect(await status('/v1/fleet', host)).toBe(421)
      expect(await status('/nowhere', host)).toBe(421)
      expect(await status('/openapi.json', host)).toBe(421)
      expect(await status('/metrics', host)).toBe(421)
    }
    expect(await status('/livez', '10.0.0.7:4040')).toBe(200)
    const lied = new Request('http://watchbill.test:4040/v1/fleet', { headers: { host: 'evil.test' } })
    expect((await app.fetch(lied)).status).toBe(421)
  })
})

describe('workspaces', () => {
  it('a credential does not reach look like ones that do not exist', async () => {
    const test = await start()
    const token = await test.key(['fleet:read'])
    const answers = []
    for (const workspace of ['other', 'nowhere', '', 'DEFAULT']) {
      const response = await test.request(`/v1/fleet?workspace=${workspace}`, bearer(token))
      const { code, status, detail } = await problemOf(response)
      answers.push({ code, status, detail })
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]?.status).toBe(404)
    const own = await test.request('/v1/fleet?workspace=default', bearer(token))
    expect(await own.json()).toMatchObject({ workspace: { id: 'default' } })
    const other = await test.key(['fleet:read'], 'other')
    expect(await (await test.request('/v1/fleet', bearer(other))).json()).toMatchObject({
      workspace: { id: 'other' },
    })
  })

  it('asked for twice are refused, as any parameter is', async () => {
    const test = await start()
    const token = await test.key(['fleet:read'])
    const response = await test.request('/v1/agents?limit=1&limit=2', bearer(token))
    expect(await problemOf(response)).toMatchObject({
      status: 400,
      errors: [{ pointer: 'query.limit', detail: 'given twice' }],
    })
    expect((await test.request('/livez?exclude=a&exclude=b')).status).toBeLessThan(500)
  })
})

describe('writes by cookie', () => {
  const write = async (test: TestApp, headers: Record<string, string>) => {
    const body = JSON.stringify({ name: 'ci', scopes: ['fleet:read'] })
    return test.request('/v1/keys', { method: 'POST', body, headers: { ...json, ...headers } })
  }

  it('need our exact Origin, port included', async () => {
    const test = await start()
    const cookie = await signInCookie(test)
    expect((await write(test, { cookie, origin: testUrl })).status).toBe(201)
    const origins = [
      'http://watchbill.test',
      'http://watchbill.test:4041',
      'https://watchbill.test:4040',
      'http://watchbill.test:4040/',
      'http://evil.test:4040',
      'http://x.watchbill.test:4040',
      'null',
    ]
    for (const origin of origins) {
      const response = await write(test, { cookie, origin })
      expect([origin, response.status]).toEqual([origin, 403])
    }
    expect((await write(test, { cookie })).status).toBe(403)
    expect((await write(test, { cookie, origin: testUrl, 'content-type': 'text/plain' })).status).toBe(415)
    expect(await test.database.raw('SELECT name FROM keys')).toHaveLength(1)
  })

  it('do not ask programs with a key for an Origin', async () => {
    const test = await start()
    const token = await test.key(['key:write', 'fleet:read'])
    expect((await write(test, { authorization: `Bearer ${token}` })).status).toBe(201)
  })

  it('keep other sites from signing somebody in', async () => {
    const test = await start()
    const body = JSON.stringify({ token: 'x'.repeat(43) })
    const post = (origin: string) =>
      test.request('/v1/sign-in', { method: 'POST', body, headers: { ...json, origin } })
    expect((await post('http://evil.test')).status).toBe(403)
    expect((await post(testUrl)).status).toBe(401)
  })
})

describe('limits', () => {
  it('answer 429 with Retry-After per credential, and let go as time passes', async () => {
    const test = await start({ rate: { perSecond: 0.5, burst: 2 } })
    const [one, two] = [await test.key(['fleet:read']), await test.key(['fleet:read'])]
    const status = async (token: string) => (await test.request('/v1/fleet', bearer(token))).status
    expect([await status(one), await status(one), await status(one)]).toEqual([200, 200, 429])
    expect(await status(two)).toBe(200)
    const refused = await test.request('/v1/fleet', bearer(one))
    expect(refused.headers.get('retry-after')).toBe('2')
    expect(await problemOf(refused)).toMatchObject({ code: 'rate_limited', status: 429 })
    test.clock.now += 2000
    expect(await status(one)).toBe(200)
  })

  it('hold for guesses at a key, by address', async () => {
    const test = await start({ rate: { perSecond: 1, burst: 3 } })
    const guess = async (n: number) =>
      (await test.request('/v1/fleet', bearer(`wb_default_key_${String(n).repeat(43)}`))).status
    expect([await guess(1), await guess(2), await guess(3), await guess(4)]).toEqual([401, 401, 401, 429])
  })

  it('never keep a probe from answering', async () => {
    const test = await start({ rate: { perSecond: 0.001, burst: 1 } })
    for (let n = 0; n < 5; n += 1) expect((await test.request('/livez')).status).toBe(200)
  })
})

describe('what goes wrong', () => {
  it('unexpectedly is a bare 500 with the id of one log line', async () => {
    const dbFor = () => {
      throw new Error('password=hunter2\nlevel=info forged line')
    }
    const test = await start({ deps: { dbFor } })
    const token = await test.key(['fleet:read'])
    const response = await test.request('/v1/fleet', bearer(token))
    const text = await response.text()
    expect(response.status).toBe(500)
    expect(text).not.toContain('hunter2')
    expect(text).not.toContain('stack')
    expect(test.logged).toHaveLength(1)
    expect(test.logged[0]).toMatchObject({
      level: 'error',
      path: '/v1/fleet',
      requestId: response.headers.get('x-request-id'),
      stack: expect.stringContaining('hunter2'),
    })
  })

  it('with the database is a 503 with Retry-After, however deep the reason lies', async () => {
    const dbFor = () => {
      const fault = new Fault('unavailable', 'The database cannot be reached.', { retryAfterSeconds: 2.5 })
      throw new Error('Failed query: SELECT 1\nparams: private', { cause: fault })
    }
    const test = await start({ deps: { dbFor } })
    const response = await test.request('/v1/fleet', bearer(await test.key(['fleet:read'])))
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3'])
    expect(await problemOf(response)).toMatchObject({
      code: 'unavailable',
      detail: 'The database cannot be reached.',
    })
    expect(test.logged).toEqual([])
  })

  it('while the credential is looked up does not touch liveness', async () => {
    const test = await start()
    const token = await test.key(['probe:read'])
    await test.database.raw('ALTER TABLE keys RENAME TO gone')
    expect((await test.request('/livez', bearer(token))).status).toBe(200)
    expect((await test.request('/v1/fleet', bearer(token))).status).toBe(500)
  })
})

describe('ETag', () => {
  it('answers 304 until something changes, though `now` moves on', async () => {
    const test = await start()
    const token = await test.key(['fleet:read'])
    const first = await test.request('/v1/agents', bearer(token))
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\/"[\w-]{22}"$/)
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    test.clock.now += 1
    const ask = (held: string) =>
      test.request('/v1/agents', { headers: { authorization: `Bearer ${token}`, 'if-none-match': held } })
    for (const held of [etag, etag.slice(2), `"x", ${etag}`, '*']) {
      const again = await ask(held)
      expect([again.status, await again.text()]).toEqual([304, ''])
    }
    expect((await ask('"x"')).status).toBe(200)
  })
})
