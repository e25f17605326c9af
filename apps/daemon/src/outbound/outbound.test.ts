import { createServer as createSecureServer } from 'node:https'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { testCertificate } from '../testing/certificate.ts'
import { deadPort, listen, listenHttp, listenTcp } from '../testing/listener.ts'
import type { OutboundRequest } from './message.ts'
import { createOutbound, type OutboundOptions } from './outbound.ts'
import type { OutboundFailure } from './outbound-error.ts'
import { type Allowance, allowanceOf } from './target.ts'

const limits = { timeoutMs: 60_000, limitBytes: 64 * 1024 }
const loopback = (port: number): Allowance => ({ host: '127.0.0.1', port, reach: 'loopback' })

const door = (port: number, more: Partial<OutboundOptions> = {}) =>
  createOutbound({ allow: [loopback(port)], now: () => performance.now(), ...more })

const failing = async (url: string, port: number, more: Partial<OutboundRequest> = {}) => {
  const asked = door(port).get(url, { ...limits, ...more })
  return asked.then(
    ({ status }) => `answered ${status}`,
    (error: { failure: OutboundFailure; message: string }) => `${error.failure}: ${error.message}`,
  )
}
const at = (port: number, path = '/') => `http://127.0.0.1:${port}${path}`

describe('the outbound door lets an answer in', () => {
  it('asks with GET for exactly the path, wants no compression, hands status, type and bytes over', async () => {
    let seen = ''
    const port = await listenHttp((request, response) => {
      const { method, url, headers } = request
      seen = `${method} ${url} ${headers['accept-encoding']} ${headers.authorization} ${headers.host}`
      response.writeHead(503, { 'content-type': 'application/json; charset=utf-8' }).end('{"ok":1}')
    })
    const answer = await door(port).get(at(port, '/ready?full=1#part'), {
      ...limits,
      headers: { authorization: 'Bearer t' },
    })
    expect(seen).toBe(`GET /ready?full=1 identity Bearer t 127.0.0.1:${port}`)
    expect(answer).toMatchObject({ status: 503, contentType: 'application/json; charset=utf-8' })
    expect(Buffer.from(answer.bytes).toString()).toBe('{"ok":1}')
  })

  it('tries the next judged address where nobody listens on the first', async () => {
    const port = await listenHttp((_, response) => response.end('here'))
    const allow: Allowance[] = [{ host: 'localhost', port, reach: 'loopback' }]
    const outbound = createOutbound({ allow, resolve: async () => ['::1', '127.0.0.1'], now: Date.now })
    const { bytes } = await outbound.get(`http://localhost:${port}/`, limits)
    expect(Buffer.from(bytes).toString()).toBe('here')
  })
})

describe('the outbound door keeps addresses out', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/',
    'http://2852039166/',
    'http://0x7f.1:1/',
    'http://10.0.0.1/',
    'http://[fd00:ec2::254]/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://localhost:1/',
  ])('%s', async (url) => {
    const outbound = createOutbound({ allow: [], resolve: async () => ['127.0.0.1'], now: Date.now })
    await expect(outbound.get(url, limits)).rejects.toMatchObject({ failure: 'address' })
  })

  it('lets a loopback entry reach its own port only, and never what its name leads to elsewhere', async () => {
    const port = await listenHttp((_, response) => response.end('x'))
    await expect(door(port + 1).get(at(port), limits)).rejects.toMatchObject({ failure: 'address' })
    const named = { allow: [{ host: 'localhost', port, reach: 'loopback' as const }], now: Date.now }
    const rebound = createOutbound({ ...named, resolve: async () => ['10.1.2.3'] })
    await expect(rebound.get(`http://localhost:${port}/`, limits)).rejects.toMatchObject({
      failure: 'address',
    })
  })

  it('derives an allowance from loopback spellings alone', () => {
    expect(allowanceOf('http://127.0.0.1:8080/x')).toEqual({
      host: '127.0.0.1',
      port: 8080,
      reach: 'loopback',
    })
    expect(allowanceOf('https://LOCALHOST')).toEqual({ host: 'localhost', port: 443, reach: 'loopback' })
    expect(allowanceOf('http://[::1]')).toEqual({ host: '::1', port: 80, reach: 'loopback' })
    for (const url of [
      'http://10.0.0.1',
      'http://vak.example',
      'http://localhost.evil.example',
      'http://0.0.0.0',
    ])
      expect(allowanceOf(url)).toBeNull()
  })

  it('reaches private networks with an allowance for them, metadata and reserved ones never', async () => {
    const allow: Allowance[] = [{ host: 'vak.internal', port: 80, reach: 'private' }]
    const asked = async (address: string, timeoutMs = limits.timeoutMs) => {
      const outbound = createOutbound({ allow, resolve: async () => [address], now: Date.now })
      return outbound.get('http://vak.internal/', { ...limits, timeoutMs }).catch((error) => error.failure)
    }
    for (const address of ['169.254.169.254', '0.0.0.0', '224.0.0.1', 'fe80::1'])
      expect(await asked(address)).toBe('address')
    expect(await asked('10.255.255.1', 50)).not.toBe('address')
  })

  it('resolves once and pins: a name that changes its answer is not asked again', async () => {
    const port = await listenHttp((_, response) => response.end('secret'))
    const answers = [['127.0.0.1'], ['127.0.0.2']]
    let asked = 0
    const resolve = async () => answers[asked++] ?? []
    const allow: Allowance[] = [{ host: 'localhost', port, reach: 'loopback' }]
    const { bytes } = await createOutbound({ allow, resolve, now: Date.now }).get(
      `http://localhost:${port}/`,
      limits,
    )
    expect(Buffer.from(bytes).toString()).toBe('secret')
    expect(asked).toBe(1)
  })

  it('refuses a public name that was rebound to this machine, and one refused address among good ones', async () => {
    let connections = 0
    const port = await listenTcp((socket) => {
      connections += 1
      socket.destroy()
    })
    for (const addresses of [['127.0.0.1'], ['93.184.216.34', '127.0.0.1'], ['::ffff:127.0.0.1']]) {
      const outbound = createOutbound({ allow: [], resolve: async () => addresses, now: Date.now })
      await expect(outbound.get(`http://vak.example:${port}/`, limits)).rejects.toMatchObject({
        failure: 'address',
      })
    }
    expect(connections).toBe(0)
  })

  it.each([
    ['file:///etc/passwd', 'neither http nor https'],
    ['http://user:pass@127.0.0.1:1/', 'credentials in the URL'],
    ['http://', 'not a URL'],
  ])('refuses the URL %s without repeating it', async (url, message) => {
    await expect(door(1).get(url, limits)).rejects.toMatchObject({ failure: 'url', message })
  })

  it('sends a token beyond this machine over https only', async () => {
    const outbound = createOutbound({ allow: [], resolve: async () => ['93.184.216.34'], now: Date.now })
    const headers = { authorization: 'Bearer t' }
    await expect(outbound.get('http://vak.example/', { ...limits, headers })).rejects.toMatchObject({
      failure: 'url',
      message: 'a token needs https beyond this machine',
    })
  })
})

describe('the outbound door against hostile answers', () => {
  it('does not follow a redirect', async () => {
    let inner = 0
    const target = await listenHttp((_, response) => {
      inner += 1
      response.end()
    })
    const port = await listenHttp((_, response) => response.writeHead(302, { location: at(target) }).end())
    const outbound = createOutbound({ allow: [loopback(port), loopback(target)], now: Date.now })
    await expect(outbound.get(at(port), limits)).rejects.toMatchObject({
      failure: 'redirect',
      message: 'redirect (302) refused',
    })
    expect(inner).toBe(0)
  })

  it('ends a slow drip of headers and of body at the one time cap', async () => {
    const drip = (first: string, piece: string) =>
      listenTcp((socket) => {
        socket.write(first)
        const timer = setInterval(() => socket.write(piece), 10)
        socket.on('close', () => clearInterval(timer))
      })
    const headers = await drip('HTTP/1.1 200 OK\r\n', 'x: y\r\n')
    const body = await drip('HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n', 'x')
    const hints = await drip('', 'HTTP/1.1 103 Early Hints\r\n\r\n')
    for (const port of [headers, body, hints])
      expect(await failing(at(port), port, { timeoutMs: 200 })).toBe('timeout: timeout after 0.2 s')
  })

  it('ends a resolver that never answers at the same cap', async () => {
    const outbound = createOutbound({ allow: [], resolve: () => new Promise(() => {}), now: Date.now })
    await expect(outbound.get('http://vak.example/', { ...limits, timeoutMs: 50 })).rejects.toMatchObject({
      failure: 'timeout',
    })
  })

  it('ends an endless body as soon as it is over the size cap, and a long one at its first header', async () => {
    let sent = 0
    const port = await listenHttp((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(16 * 1024))) sent += 16 * 1024
      }
      response.on('drain', more)
      more()
    })
    expect(await failing(at(port), port)).toBe('size: answer over 65536 bytes')
    expect(sent).toBeLessThan(32 * 1024 * 1024)
    const announced = await listenHttp((_, response) => {
      response.writeHead(200, { 'content-length': 1e12 }).write('x')
    })
    expect(await failing(at(announced), announced)).toBe('size: answer over 65536 bytes')
  })

  it('refuses headers over 16 KiB', async () => {
    const port = await listenTcp((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`)
    })
    expect(await failing(at(port), port)).toBe('headers: headers over 16 KiB')
  })

  it('never inflates: a gzip bomb is refused by its header, and without one it is only its packed bytes', async () => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024))
    const said = await listenHttp((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    )
    expect(await failing(at(said), said)).toBe('encoding: compressed answer refused')
    const silent = await listenHttp((_, response) => response.end(bomb))
    const { bytes } = await door(silent).get(at(silent), limits)
    expect(bytes.byteLength).toBe(bomb.length)
  })

  it('tells refused, closed, cut short, upgraded and garbled connections apart', async () => {
    const dead = await deadPort()
    expect(await failing(at(dead), dead)).toBe('network: connection refused')
    const answering = async (text: string) => {
      const port = await listenTcp((socket) => {
        socket.once('data', () => socket.end(text))
      })
      return failing(at(port), port)
    }
    expect(await answering('')).toMatch(/^network: connection (reset|closed without an answer)$/)
    expect(await answering('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx')).toMatch(/^(broken|network): /)
    expect(await answering('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n')).toBe(
      'broken: not an HTTP answer',
    )
    expect(await answering('SSH-2.0-OpenSSH_9.6\r\n')).toBe('broken: not an HTTP answer')
  })

  it('stops when told to', async () => {
    const port = await listenTcp(() => {})
    const stopping = new AbortController()
    const asked = failing(at(port), port, { signal: stopping.signal })
    stopping.abort()
    expect(await asked).toBe('stopped: stopped')
    expect(await failing(at(port), port, { signal: stopping.signal })).toBe('stopped: stopped')
  })
})

describe('the outbound door over TLS', () => {
  it('wants a trusted certificate for the very name', async () => {
    const { cert, key } = testCertificate('vak.example')
    const port = await listen(createSecureServer({ cert, key }, (_, response) => response.end('x')))
    const asked = (host: string, ca?: string) => {
      const options: OutboundOptions = {
        allow: [{ host, port, reach: 'loopback' }],
        resolve: async () => ['127.0.0.1'],
        now: Date.now,
        ...(ca === undefined ? {} : { ca }),
      }
      return createOutbound(options).get(`https://${host}:${port}/`, limits)
    }
    expect((await asked('vak.example', cert)).status).toBe(200)
    await expect(asked('other.example', cert)).rejects.toMatchObject({
      failure: 'tls',
      message: 'certificate is for another name',
    })
    await expect(asked('vak.example')).rejects.toMatchObject({ failure: 'tls' })
  })
})
