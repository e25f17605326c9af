import { Agent, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createProxyServer, type ProxyServer } from 'httpxy'
import type { HostGuard } from './hosts.ts'

/** What the API answers itself (DESIGN "One origin"); vercel.json lists the same. Everything else is the dashboard's. */
export const apiPaths = [
  '/v1',
  '/otlp',
  '/log',
  '/s',
  '/hooks',
  '/ofrep',
  '/access',
  '/install',
  '/.well-known',
  '/livez',
  '/readyz',
  '/metrics',
  '/openapi.json',
] as const

export interface FrontOptions {
  /** Answers API paths. */
  readonly api: (request: IncomingMessage, response: ServerResponse) => void
  readonly hosts: HostGuard
  readonly publicUrl: string
  /** Origin of the Next process, on loopback; null while there is none. */
  readonly webUrl: string | null
}

export interface Front {
  handle(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

/** One origin: the API answers its own paths, everything else streams to the Next process and back, unbuffered. */
export const createFront = (options: FrontOptions): Front => {
  const proxy = createProxy()
  return {
    handle(request, response) {
      if (isApiPath(request.url ?? '')) return options.api(request, response)
      const refusal = refuse(options, request)
      if (refusal) return sendPage(response, ...refusal)
      forwardHeaders(options, request)
      void proxy.web(request, response, { target: options.webUrl ?? '' })
    },
    upgrade(request, socket, head) {
      const foreign = isApiPath(request.url ?? '') || refuse(options, request) || !isSameOrigin(request)
      // Without a listener of ours a reset by the browser would end the process.
      socket.on('error', () => socket.destroy())
      if (foreign || !isSocket(socket)) return endSocket(socket, '404 Not Found')
      forwardHeaders(options, request)
      void proxy.ws(request, socket, { target: options.webUrl ?? '' }, head)
    },
  }
}

/** True for `/v1`, `/v1/…` and `/v1?…`, not for `/v10`. */
export const isApiPath = (url: string): boolean => {
  const [path = ''] = url.split(/[?#]/)
  return apiPaths.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))
}

type Page = [status: number, title: string, text: string]

const refuse = ({ hosts, webUrl }: FrontOptions, request: IncomingMessage): Page | null => {
  if (!request.url?.startsWith('/')) return [400, 'Bad request', 'The request names no path.']
  if (!hosts.isOurHost(request.headers.host ?? '')) {
    return [421, 'Wrong host', 'This server does not answer for that host. Open it by its public address.']
  }
  return webUrl === null ? noWeb : null
}

const noWeb: Page = [503, 'Starting', 'The dashboard is not up yet. This page tries again by itself.']

/** One connection per request: a kept one may be closed by Next just as we write, and a POST cannot be repeated. */
const createProxy = (): ProxyServer => {
  const proxy = createProxyServer({ agent: new Agent({ keepAlive: false }) })
  proxy.on('proxyRes', (answer) => {
    // Hop-by-hop: about the connection to Next, not the one to the browser.
    delete answer.headers.connection
    delete answer.headers['keep-alive']
  })
  proxy.on('error', (_error, _request, response) => {
    if (!response) return
    if (!('writeHead' in response)) return endSocket(response, '503 Service Unavailable')
    if (response.headersSent) response.destroy()
    else sendPage(response, ...noWeb)
  })
  // A browser that goes away mid-page is its own business.
  proxy.on('econnreset', () => undefined)
  return proxy
}

/** TRUST BOUNDARY: what a caller says of hosts, addresses and Next's inner workings is dropped; we say what is so. */
const forwardHeaders = ({ publicUrl }: FrontOptions, request: IncomingMessage): void => {
  const { headers } = request
  for (const name of Object.keys(headers)) if (isForeignWord(name)) delete headers[name]
  setForwarded(headers, request.socket, new URL(publicUrl))
}

const isForeignWord = (name: string): boolean =>
  name === 'forwarded' ||
  name === 'x-real-ip' ||
  /^(x-forwarded-|x-middleware-|x-invoke-|x-vercel-|x-watchbill-|x-matched-path|x-now-)/.test(name)

const setForwarded = (headers: IncomingHttpHeaders, socket: Socket, publicUrl: URL): void => {
  const host = headers.host ?? publicUrl.host
  headers['x-forwarded-host'] = host
  headers['x-forwarded-proto'] = host === publicUrl.host ? publicUrl.protocol.slice(0, -1) : 'http'
  headers['x-forwarded-for'] = socket.remoteAddress ?? ''
}

/** A web socket ignores CORS, so another site's page must not open one. */
const isSameOrigin = ({ headers }: IncomingMessage): boolean => {
  const { origin, host } = headers
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
}

const isSocket = (socket: Duplex): socket is Socket => 'remoteAddress' in socket

const endSocket = (socket: Duplex, status: string): void => {
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  else socket.destroy()
}

const sendPage = (response: ServerResponse, status: number, title: string, text: string): void => {
  const again = status === 503 ? '<meta http-equiv="refresh" content="2">' : ''
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    ...(status === 503 ? { 'retry-after': '2' } : {}),
  })
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8">${again}<title>${title} · Watchbill</title>` +
      `<h1>${title}</h1><p>${text}</p></html>\n`,
  )
}
