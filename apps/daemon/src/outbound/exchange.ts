import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { OutboundRequest, PostAnswer } from './message.ts'
import { OutboundError } from './outbound-error.ts'
import type { Target } from './target.ts'

interface Exchange {
  readonly method: 'GET' | 'POST'
  readonly target: Target
  /** Judged already: the connection goes to one of these and nowhere else. */
  readonly addresses: readonly string[]
  readonly request: OutboundRequest
  readonly ca: string | undefined
  readonly signal: AbortSignal
}

/** One request without a body on one connection of its own. Rejects with OutboundError or the system's error. */
export const exchange = (asked: Exchange): Promise<Omit<PostAnswer, 'tookMs'>> =>
  new Promise((resolve, reject) => {
    const call = send(asked)
    const fail = (error: unknown) => {
      reject(error)
      call.destroy()
    }
    call.on('response', (response) => {
      receive(response, asked)
        .then(resolve, reject)
        .finally(() => call.destroy())
    })
    call.on('error', fail)
    call.on('upgrade', (_, socket) => {
      socket.destroy()
      fail(new OutboundError('broken', 'not an HTTP answer'))
    })
    // Also where a peer hangs up in a way that Node calls no error; after an answer it changes nothing.
    call.on('close', () => reject(new OutboundError('network', 'connection closed without an answer')))
    call.end()
  })

const send = ({ method, target, addresses, request, ca, signal }: Exchange): ClientRequest => {
  const { url, host, port, secure } = target
  const options = {
    method,
    host,
    port,
    path: `${url.pathname}${url.search}`,
    agent: false,
    lookup: pinned(addresses),
    maxHeaderSize: 16 * 1024,
    headers: {
      accept: 'application/json, text/plain;q=0.9, */*;q=0.1',
      ...request.headers,
      'accept-encoding': 'identity',
      connection: 'close',
      'user-agent': 'watchbill',
    },
    signal,
  }
  if (!secure) return requestPlain(options)
  const name = isIP(host) === 0 ? { servername: host } : {}
  return requestSecure({ ...options, ...name, ...(ca === undefined ? {} : { ca }), rejectUnauthorized: true })
}

/** Answers every question with the addresses that were judged: the name is not resolved a second time. */
const pinned = (addresses: readonly string[]): LookupFunction => {
  const all = addresses.map((address) => ({ address, family: isIP(address) }))
  return (_host, { all: wantsAll }, done) => {
    const [first] = all
    if (wantsAll) done(null, all)
    else if (first !== undefined) done(null, first.address, first.family)
  }
}

const receive = async (
  response: IncomingMessage,
  { method, target, request: { limitBytes } }: Exchange,
): Promise<Omit<PostAnswer, 'tookMs'>> => {
  const { statusCode: status = 0, headers } = response
  // See Other alone turns a POST into a question (RFC 9110 §15.4.4).
  if (status >= 300 && status < 400 && !(method === 'POST' && status === 303))
    throw new OutboundError('redirect', `redirect (${status}) refused`)
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') throw new OutboundError('encoding', 'compressed answer refused')
  const tooBig = () => new OutboundError('size', `answer over ${limitBytes} bytes`)
  if (Number(headers['content-length'] ?? 0) > limitBytes) throw tooBig()
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of response as AsyncIterable<Uint8Array>) {
    size += piece.byteLength
    if (size > limitBytes) throw tooBig()
    pieces.push(piece)
  }
  if (!response.complete) throw new OutboundError('broken', 'answer cut short')
  return {
    status,
    contentType: headers['content-type'] ?? null,
    location: status === 303 ? sameOrigin(headers.location ?? '', target) : null,
    cookies: (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]?.trim() ?? ''),
    bytes: new Uint8Array(Buffer.concat(pieces)),
  }
}

/** TRUST BOUNDARY: an answer may not send us, and what it has us carry, to anybody else. */
const sameOrigin = (location: string, { url }: Target): string => {
  const next = URL.canParse(location, url) ? new URL(location, url) : null
  if (location === '' || next?.origin !== url.origin || next.username !== '' || next.password !== '')
    throw new OutboundError('redirect', 'redirect to another origin refused')
  return next.href
}
