import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { strictFetch } from './strict-fetch.ts'

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})
const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

it('sends method, headers and body, and gives status, headers and body back', async () => {
  const url = await serve(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(Buffer.from(piece))
    response.writeHead(418, { 'x-said': request.headers['x-say'], 'content-type': 'application/json' })
    response.end(
      JSON.stringify({ method: request.method, body: Buffer.concat(pieces).toString(), url: request.url }),
    )
  })
  const headers = new Headers({ 'x-say': 'hello' })
  const answer = await strictFetch(`${url}/v1/x?y=1`, {
    method: 'POST',
    headers,
    body: new TextEncoder().encode('ä'),
  })
  expect(answer.status).toBe(418)
  expect(answer.ok).toBe(false)
  expect(answer.headers.get('x-said')).toBe('hello')
  expect(await answer.json()).toEqual({ method: 'POST', body: 'ä', url: '/v1/x?y=1' })
})

it('takes an answer without a body', async () => {
  const url = await serve((_request, response) => response.writeHead(204).end())
  expect((await strictFetch(url)).status).toBe(204)
})

it.each([301, 302, 303, 307, 308])('follows no redirect (%i)', async (status) => {
  let asked = 0
  const url = await serve((_request, response) => {
    asked += 1
    response.writeHead(status, { location: '/elsewhere' }).end()
  })
  await expect(strictFetch(url)).rejects.toThrow('redirect')
  expect(asked).toBe(1)
})

it('fails where nobody answers, the answer is cut off or too long, and when it is called off', async () => {
  await expect(strictFetch('http://127.0.0.1:1')).rejects.toThrow()
  const cut = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('x', () => response.destroy())
  })
  await expect(strictFetch(cut)).rejects.toThrow()
  const endless = await serve((_request, response) => {
    response.writeHead(200)
    const more = () => {
      if (!response.destroyed) response.write(Buffer.alloc(1024 * 1024), more)
    }
    more()
  })
  await expect(strictFetch(endless)).rejects.toThrow('over')
  const silent = await serve(() => {})
  await expect(strictFetch(silent, { signal: AbortSignal.timeout(50) })).rejects.toThrow()
})
