import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { apiPaths, createFront, isApiPath } from './front.ts'
import { createHostGuard } from './hosts.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

const listen = async (server: Server): Promise<number> => {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return address.port
}

/** A front on a port of its own before the given dashboard; the API says `api`. */
const startFront = async (webUrl: string | null) => {
  const server = createServer()
  const port = await listen(server)
  const publicUrl = `http://watchbill.localhost:${port}`
  const front = createFront({
    api: (_request, response) => response.end('api'),
    hosts: createHostGuard({
      publicUrl,
      allowedHosts: [`127.0.0.1:${port}`],
      version: '0',
      releaseId: '0',
      runtime: 'node',
      cronSecret: null,
    }),
    publicUrl,
    webUrl,
  })
  server.on('request', (incoming, response) => front.handle(incoming, response))
  server.on('upgrade', (incoming, socket, head) => front.upgrade(incoming, socket, head))
  return { port, host: `watchbill.localhost:${port}` }
}

const startWeb = async (handle: (request: IncomingMessage, response: ServerResponse) => void) => {
  const server = createServer(handle)
  return { server, url: `http://127.0.0.1:${await listen(server)}` }
}

interface Asked {
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly method?: string
  readonly body?: string
}

/** fetch() will not send a Host of our choice. */
const ask = (port: number, { path = '/', headers = {}, method = 'GET', body }: Asked = {}) =>
  new Promise<{ status: number; headers: IncomingMessage['headers']; text: string }>((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path, method, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('error', reject)
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })

test('the API answers its own paths, and none that merely begin like them', async () => {
  const web = await startWeb((_request, response) => response.end('web'))
  const { port } = await startFront(web.url)
  for (const path of apiPaths) {
    expect((await ask(port, { path })).text, path).toBe('api')
    expect((await ask(port, { path: `${path}/x?y=1` })).text, `${path}/x`).toBe('api')
    expect((await ask(port, { path: `${path}x` })).text, `${path}x`).toBe('web')
  }
  expect((await ask(port, { path: '/?next=/v1' })).text).toBe('web')
  expect((await ask(port, { path: '/sign-in' })).text).toBe('web')
  expect((await ask(port, { path: '//v1' })).text).toBe('web')
  expect(isApiPath('/.well-known?x')).toBe(true)
})

test('a page reaches the browser piece by piece, while it is being written', async () => {
  let writeRest: () => void = () => undefined
  const web = await startWeb((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.write('first')
    writeRest = () => response.end('rest')
  })
  const { port, host } = await startFront(web.url)
  const received = await new Promise<string[]>((resolve, reject) => {
    const pieces: string[] = []
    const sent = request({ port, host: '127.0.0.1', path: '/', headers: { host } }, (answer) => {
      answer.setEncoding('utf8')
      answer.on('data', (piece) => {
        pieces.push(piece)
        // The rest is written only once the first piece is here: a buffering proxy would wait for ever.
        if (pieces.length === 1) writeRest()
      })
      answer.on('end', () => resolve(pieces))
    })
    sent.on('error', reject)
    sent.end()
  })
  expect(received).toEqual(['first', 'rest'])
})

test('what a caller says about hosts and addresses is dropped, what we say is so', async () => {
  let seen: IncomingMessage['headers'] = {}
  const web = await startWeb((incoming, response) => {
    seen = incoming.headers
    response.end('ok')
  })
  const { port, host } = await startFront(web.url)
  await ask(port, {
    headers: {
      host,
      forwarded: 'for=6.6.6.6;host=evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-port': '1',
      'x-real-ip': '6.6.6.6',
      'x-middleware-subrequest': 'middleware:middleware',
      'x-watchbill-actor': 'me',
      cookie: 'wb=1',
    },
  })
  expect(seen).toMatchObject({
    host,
    'x-forwarded-host': host,
    'x-forwarded-proto': 'http',
    'x-forwarded-for': '127.0.0.1',
    cookie: 'wb=1',
  })
  expect(JSON.stringify(seen)).not.toMatch(/6\.6\.6\.6|evil|middleware|x-forwarded-port|x-watchbill/)
})

test.each(['evil.example', 'watchbill.localhost', 'watchbill.localhost:1', '127.0.0.1'])(
  'a page is not served to the host %j (DNS rebinding)',
  async (host) => {
    const web = await startWeb((_request, response) => response.end('web'))
    const { port } = await startFront(web.url)
    const answer = await ask(port, { headers: { host } })
    expect(answer.status).toBe(421)
    expect(answer.text).not.toContain('web')
  },
)

test('method, body, status and cookies pass through; the connection to the dashboard does not', async () => {
  const web = await startWeb((incoming, response) => {
    incoming.setEncoding('utf8')
    let body = ''
    incoming.on('data', (chunk) => {
      body += chunk
    })
    incoming.on('end', () => {
      response.writeHead(418, { 'set-cookie': ['a=1', 'b=2'] })
      response.end(`${incoming.method} ${incoming.url} ${body}`)
    })
  })
  const { port, host } = await startFront(web.url)
  const answer = await ask(port, { path: '/form?a=b', method: 'POST', body: 'hello', headers: { host } })
  expect(answer).toMatchObject({ status: 418, text: 'POST /form?a=b hello' })
  expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  expect(answer.headers.connection).not.toBe('close')
})

test.each([
  ['none', null],
  ['one that does not answer', 'http://127.0.0.1:1'],
])('with %s as dashboard a page says so, with 503', async (_what, webUrl) => {
  const { port, host } = await startFront(webUrl)
  const answer = await ask(port, { headers: { host } })
  expect(answer.status).toBe(503)
  expect(answer.headers['retry-after']).toBe('2')
  expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
  expect(answer.text).toContain('not up yet')
  expect((await ask(port, { path: '/livez', headers: { host } })).text).toBe('api')
})

test('a page cut short by the dashboard is cut short here, not ended as if whole', async () => {
  const web = await startWeb((_request, response) => {
    response.write('half')
    setImmediate(() => response.destroy())
  })
  const { port, host } = await startFront(web.url)
  await expect(ask(port, { headers: { host } })).rejects.toThrow()
})

/** Sends an upgrade by hand and returns what came back until the connection ended or `until` was read. */
const upgrade = (port: number, lines: readonly string[], until?: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.setEncoding('latin1')
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      text += chunk
      if (text.includes('101 Switching') && !text.includes('echo')) socket.write('ping')
      if (until !== undefined && text.includes(until)) socket.end()
    })
    socket.on('close', () => resolve(text))
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  })

const upgradeHeaders = (path: string, host: string, ...more: string[]) => [
  `GET ${path} HTTP/1.1`,
  `Host: ${host}`,
  'Connection: Upgrade',
  'Upgrade: websocket',
  ...more,
]

test('an upgrade goes through both ways; not for the API, a foreign host or another site', async () => {
  const web = await startWeb((_request, response) => response.end())
  let forwarded: IncomingMessage['headers'] = {}
  web.server.on('upgrade', (incoming, socket) => {
    forwarded = incoming.headers
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    socket.on('data', (chunk: Buffer) => socket.write(`echo ${chunk.toString('latin1')}`))
    socket.on('end', () => socket.end())
    socket.on('error', () => socket.destroy())
  })
  const { port, host } = await startFront(web.url)
  const path = '/_next/webpack-hmr'
  const own = upgradeHeaders(path, host, `Origin: http://${host}`, 'X-Forwarded-Host: evil.example')
  expect(await upgrade(port, own, 'echo ping')).toContain('echo ping')
  expect(forwarded['x-forwarded-host']).toBe(host)
  expect(await upgrade(port, upgradeHeaders('/v1/stream', host))).toContain('404')
  expect(await upgrade(port, upgradeHeaders(path, 'evil.example'))).toContain('404')
  expect(await upgrade(port, upgradeHeaders(path, host, 'Origin: http://evil.example'))).toContain('404')
  expect(await upgrade(port, upgradeHeaders(path, host, 'Origin: null'))).toContain('404')
})

test('an upgrade before the dashboard is up ends, and the server lives on', async () => {
  const { port, host } = await startFront('http://127.0.0.1:1')
  expect(await upgrade(port, upgradeHeaders('/_next/webpack-hmr', host))).toContain('503')
  expect((await ask(port, { path: '/livez', headers: { host } })).status).toBe(200)
})

test('an absolute request target is no way around the host check', async () => {
  const web = await startWeb((_request, response) => response.end('web'))
  const { port, host } = await startFront(web.url)
  const answer = await ask(port, { path: `http://${host}/`, headers: { host } })
  expect(answer.status).toBe(400)
})
