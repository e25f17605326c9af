import { gzipSync } from 'node:zlib'
import { endpoint } from '@watchbill/contract/endpoint'
import { Fault } from '@watchbill/contract/fault'
import { describe, expect, it } from 'vitest'
import { readJsonBody } from './body.ts'

const row = endpoint({
  method: 'POST',
  path: '/x',
  scope: null,
  summary: 'x',
  reply: 'json',
  limitBytes: 200_000,
})

type Body = Uint8Array<ArrayBuffer> | string | ReadableStream<Uint8Array>
const post = (body: Body, headers: Record<string, string> = {}) => {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    duplex: 'half',
  }
  return new Request('http://x.test/x', init)
}
const gzipped = (text: string) => new Uint8Array(gzipSync(text))
const gzip = { 'content-encoding': 'gzip' }

const refusal = async (request: Request): Promise<Fault> => {
  const error = await readJsonBody(request, row).catch((error: unknown) => error)
  if (error instanceof Fault) return error
  throw new Error('was accepted')
}

/** As a peer without Content-Length sends it; counts what is taken from it. */
const trickle = (chunk: Uint8Array, times: number) => {
  const taken = { chunks: 0, cancelled: false }
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken.chunks += 1
      controller.enqueue(chunk)
      if (taken.chunks === times) controller.close()
    },
    cancel() {
      taken.cancelled = true
    },
  })
  return { stream, taken }
}

describe('readJsonBody takes', () => {
  it.each(['application/json', 'Application/JSON; charset=UTF-8', 'application/json;charset="utf-8"'])(
    '%s',
    async (type) => {
      expect(await readJsonBody(post('{"a":1}', { 'content-type': type }), row)).toEqual({ a: 1 })
    },
  )

  it('gzip, in one piece or many', async () => {
    const packed = gzipped(JSON.stringify({ a: randomText(5000) }))
    expect(await readJsonBody(post(packed, gzip), row)).toEqual({ a: randomText(5000) })
    let index = 0
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (index < packed.length) controller.enqueue(packed.slice(index, ++index))
        else controller.close()
      },
    })
    expect(await readJsonBody(post(stream, gzip), row)).toEqual({ a: randomText(5000) })
  })

  it('a body of exactly the limit', async () => {
    const text = JSON.stringify('x'.repeat(200_000 - 2))
    expect(await readJsonBody(post(text), row)).toHaveLength(199_998)
  })
})

describe('readJsonBody refuses', () => {
  it.each<[string, Request, string]>([
    [
      'no type',
      new Request('http://x.test/x', { method: 'POST', body: new Uint8Array([0x31]) }),
      'unsupported_media_type',
    ],
    [
      'a form',
      post('a=1', { 'content-type': 'application/x-www-form-urlencoded' }),
      'unsupported_media_type',
    ],
    [
      'text, which a page may send anywhere',
      post('{}', { 'content-type': 'text/plain' }),
      'unsupported_media_type',
    ],
    [
      'another charset',
      post('{}', { 'content-type': 'application/json; charset=latin1' }),
      'unsupported_media_type',
    ],
    ['brotli', post('{}', { 'content-encoding': 'br' }), 'unsupported_media_type'],
    ['stacked encodings', post('{}', { 'content-encoding': 'gzip, gzip' }), 'unsupported_media_type'],
    ['what is not gzip', post('{"a":1}', gzip), 'invalid_json'],
    ['cut gzip', post(gzipped('{"a":1}').subarray(0, 20), gzip), 'invalid_json'],
    ['nothing', post(''), 'invalid_json'],
    ['gzipped nothing', post(gzipped(''), gzip), 'invalid_json'],
    ['one byte too many', post(`${JSON.stringify('x'.repeat(199_998))} `), 'too_large'],
    ['one byte too many, gzipped', post(gzipped(`"${randomText(199_999)}"`), gzip), 'too_large'],
    ['a length that says so', post('{}', { 'content-length': '200001' }), 'too_large'],
    ['a gzip bomb', post(gzipped(' '.repeat(8_000_000)), gzip), 'too_large'],
    ['a small but dense gzip', post(gzipped(' '.repeat(150_000)), gzip), 'too_large'],
  ])('%s', async (_, request, code) => {
    const fault = await refusal(request)
    expect(fault.code).toBe(code)
    expect(fault.errors).toHaveLength(1)
  })

  it('bad bytes, naming line, column and pointer', async () => {
    const fault = await refusal(post('{"a":\n  [1, 1e999]}'))
    expect(fault.message).toContain('line 2, column 7, byte 12')
    expect(fault.errors).toEqual([
      { pointer: '/a/1', detail: 'the number is too large for a double at line 2, column 7' },
    ])
  })

  it('an endless body without reading on', async () => {
    const { stream, taken } = trickle(new Uint8Array(65_536).fill(0x20), 10_000)
    expect((await refusal(post(stream))).code).toBe('too_large')
    expect(taken.cancelled).toBe(true)
    expect(taken.chunks).toBeLessThan(20)
  })

  it('an endless gzip body without inflating on', async () => {
    const chunk = gzipped(' '.repeat(50_000_000)).slice(0, 1024)
    const { stream, taken } = trickle(chunk, 10_000)
    expect((await refusal(post(stream, gzip))).code).toBe('too_large')
    expect(taken.chunks * 1024).toBeLessThan(220_000)
  })
})

function randomText(length: number): string {
  let state = 7
  return Array.from({ length }, () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return String.fromCharCode(97 + (state % 26))
  }).join('')
}
