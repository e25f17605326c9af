import { createServer } from 'node:http'
import { expect, it } from 'vitest'
import { createOutbound } from './node-outbound.ts'
import { OutboundError } from './outbound.ts'

const request = { contentType: 'text/plain', body: 'hello', timeoutMs: 2000, limitBytes: 100 }

const failureOf = async (url: string, addresses?: readonly string[], more = {}) => {
  const outbound = createOutbound(addresses ? { resolve: async () => addresses } : {})
  const error = await outbound.post(url, { ...request, ...more }).catch((error: unknown) => error)
  return error instanceof OutboundError ? error.message : `no OutboundError: ${String(error)}`
}

it.each([
  ['ftp://example.org/', /neither http nor https/],
  ['not a url', /neither/],
  ['https://user:secret@example.org/', /credentials/],
  ['http://169.254.169.254/latest', /metadata address refused/],
  ['http://10.0.0.8/', /private address refused/],
  ['http://[fe80::1]/', /link-local address refused/],
  ['http://0.0.0.0/', /reserved address refused/],
])('never asks %s', async (url, reason) => expect(await failureOf(url)).toMatch(reason))

it('judges every address a name leads to, and lets no name lead home', async () => {
  expect(await failureOf('http://witness.example/', ['127.0.0.1'])).toBe('loopback address refused')
  expect(await failureOf('http://witness.example/', ['8.8.8.8', '10.1.2.3'])).toBe('private address refused')
  expect(await failureOf('http://witness.example/', [])).toBe('name not found')
})

it('posts to a loopback address that the URL itself names, and caps time and size', async () => {
  let told = ''
  const server = createServer((asked, answer) => {
    asked.setEncoding('utf8').on('data', (text: string) => {
      told += text
    })
    if (asked.url === '/slow') return
    asked.on('end', () => answer.end(asked.url === '/big' ? 'x'.repeat(101) : 'fine'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  expect(await createOutbound().post(`${url}/`, request)).toMatchObject({ status: 200, text: 'fine' })
  expect(told).toBe('hello')
  expect(await failureOf(`${url}/big`)).toBe('answer over 100 bytes')
  expect(await failureOf(`${url}/slow`, undefined, { timeoutMs: 200 })).toMatch(/timeout/)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
