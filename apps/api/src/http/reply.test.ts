import { endpoint } from '@watchbill/contract/endpoint'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { WithHeaders } from './handler.ts'
import { etagFor, replyResponse, secured, withEtag } from './reply.ts'

const row = endpoint({
  method: 'GET',
  path: '/v1/x',
  scope: null,
  summary: 'x',
  reply: 'json',
  status: 201,
  response: z.object({ a: z.int(), inner: z.optional(z.strictObject({ b: z.int() })) }),
})
const none = endpoint({ method: 'DELETE', path: '/v1/x', scope: null, summary: 'x', reply: 'none' })
const get = (headers: Record<string, string> = {}) => new Request('http://x.test/v1/x', { headers })

describe('replyResponse', () => {
  it('answers with the row’s status and only what the contract names', async () => {
    const response = replyResponse(row, { a: 1, secret: 'x' }, get())
    expect([response.status, await response.json()]).toEqual([201, { a: 1 }])
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(replyResponse(none, undefined, get()).status).toBe(204)
  })

  it('keeps several values of one header apart', () => {
    const reply = new WithHeaders(undefined, { 'set-cookie': ['a=1', 'b=2'] })
    expect(secured(replyResponse(none, reply, get()), 'req_1').headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  it('throws, naming the place but no value, when a body breaks the contract', () => {
    expect(() => replyResponse(row, { a: 'private' }, get())).toThrow(
      '/v1/x breaks its contract at /a: Invalid input: expected number, received string',
    )
    expect(() => replyResponse(row, { a: 1, inner: { b: 1, c: 2 } }, get())).toThrow(
      '/inner/c: unknown field',
    )
    expect(() => replyResponse({ ...row, reply: 'sse' }, { a: 1 }, get())).toThrow(
      'must answer with a Response',
    )
  })

  it('hands a Response through', () => {
    const response = new Response('x')
    expect(replyResponse({ ...row, reply: 'text' }, response, get())).toBe(response)
  })
})

describe('withEtag', () => {
  it('depends on the basis alone', async () => {
    const [one, two] = [
      await withEtag({ a: 1, now: 1 }, { a: 1 }),
      await withEtag({ a: 1, now: 2 }, { a: 1 }),
    ]
    expect(one.headers).toEqual(two.headers)
    expect(await etagFor({ a: 1 })).not.toBe(await etagFor({ a: 2 }))
  })

  it('is a 304 for who holds it, and only for reads', async () => {
    const reply = await withEtag({ a: 1 })
    const held = { 'if-none-match': String(reply.headers.etag) }
    const response = replyResponse(row, reply, get(held))
    expect([response.status, response.body, response.headers.get('etag')]).toEqual([
      304,
      null,
      reply.headers.etag,
    ])
    const post = new Request('http://x.test/v1/x', { method: 'POST', headers: held })
    expect(replyResponse(row, reply, post).status).toBe(201)
    expect(replyResponse(row, reply, get({ 'if-none-match': '"other"' })).status).toBe(201)
  })
})

describe('secured', () => {
  it('leaves a policy that a handler set on purpose', () => {
    const headers = { 'cache-control': 'public, max-age=60', 'content-security-policy': "default-src 'self'" }
    const out = secured(new Response('x', { headers }), 'req_1').headers
    expect(out.get('cache-control')).toBe('public, max-age=60')
    expect(out.get('content-security-policy')).toBe("default-src 'self'")
    expect(out.get('x-request-id')).toBe('req_1')
  })
})
