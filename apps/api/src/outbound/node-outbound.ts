import { lookup } from 'node:dns/promises'
import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { reachOf } from './address.ts'
import {
  type Outbound,
  type OutboundAnswer,
  OutboundError,
  type OutboundRequest,
  requireUrl,
} from './outbound.ts'

interface NodeOutboundOptions {
  /** All addresses of a name; asked once per request. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
}

/**
 * Connects to an address that was judged, and to no other. Public ones only; loopback where the URL itself names it, which
 * an operator wrote at the console.
 */
export const createOutbound = ({ resolve = resolveAll }: NodeOutboundOptions = {}): Outbound => ({
  post: async (text, request) => {
    const url = requireUrl(text)
    const signal = AbortSignal.timeout(request.timeoutMs)
    try {
      const addresses = await within(signal, addressesOf(url, resolve))
      return await exchange(url, addresses, request, signal)
    } catch (error) {
      if (error instanceof OutboundError) throw error
      throw new OutboundError(signal.aborted ? `timeout after ${request.timeoutMs / 1000} s` : wordsOf(error))
    }
  },
})

const resolveAll = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address)

const hostOf = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/, '$1')

/** TRUST BOUNDARY: a name server is foreign, and one refused address spoils the whole answer (DNS rebinding). */
const addressesOf = async (
  url: URL,
  resolve: (host: string) => Promise<readonly string[]>,
): Promise<readonly string[]> => {
  const host = hostOf(url)
  const addresses = isIP(host) === 0 ? await resolve(host) : [host]
  if (addresses.length === 0) throw new OutboundError('name not found')
  const own = host === 'localhost' || (isIP(host) !== 0 && reachOf(host) === 'loopback')
  for (const address of addresses) {
    const reach = reachOf(address)
    if (reach !== 'public' && !(own && reach === 'loopback'))
      throw new OutboundError(`${reach} address refused`)
  }
  return addresses
}

/** Name servers cannot be interrupted: their late answer is ignored. */
const within = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new OutboundError('timeout')), { once: true })
    work.then(resolve, reject)
  })

const exchange = (
  url: URL,
  addresses: readonly string[],
  request: OutboundRequest,
  signal: AbortSignal,
): Promise<OutboundAnswer> =>
  new Promise((resolve, reject) => {
    const call = send(url, addresses, request, signal)
    call.on('response', (response) => {
      receive(response, request.limitBytes)
        .then(resolve, reject)
        .finally(() => call.destroy())
    })
    call.on('error', reject)
    call.on('upgrade', (_, socket) => {
      socket.destroy()
      reject(new OutboundError('not an HTTP answer'))
    })
    call.on('close', () => reject(new OutboundError('connection closed without an answer')))
    call.end(request.body)
  })

const send = (
  url: URL,
  addresses: readonly string[],
  { contentType, body }: OutboundRequest,
  signal: AbortSignal,
): ClientRequest => {
  const host = hostOf(url)
  const secure = url.protocol === 'https:'
  const options = {
    method: 'POST',
    host,
    port: Number(url.port) || (secure ? 443 : 80),
    path: `${url.pathname}${url.search}`,
    agent: false,
    lookup: pinned(addresses),
    maxHeaderSize: 16 * 1024,
    headers: {
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
      'accept-encoding': 'identity',
      connection: 'close',
      'user-agent': 'watchbill',
    },
    signal,
  }
  if (!secure) return requestPlain(options)
  return requestSecure({
    ...options,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: true,
  })
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

const receive = async (response: IncomingMessage, limitBytes: number): Promise<OutboundAnswer> => {
  const { statusCode: status = 0, headers } = response
  if (status >= 300 && status < 400) throw new OutboundError(`redirect (${status}) refused`)
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    throw new OutboundError('compressed answer refused')
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of response as AsyncIterable<Uint8Array>) {
    size += piece.byteLength
    if (size > limitBytes) throw new OutboundError(`answer over ${limitBytes} bytes`)
    pieces.push(piece)
  }
  if (!response.complete) throw new OutboundError('answer cut short')
  return {
    status,
    contentType: headers['content-type'] ?? null,
    text: Buffer.concat(pieces).toString('utf8'),
  }
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'host unreachable',
  ENOTFOUND: 'name not found',
  EAI_AGAIN: 'name server does not answer',
}

/** Several addresses refused make an AggregateError: its first part tells. */
const wordsOf = (error: unknown): string => {
  if (error instanceof AggregateError) return wordsOf(error.errors[0])
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return words[code] ?? (code === '' ? 'connection failed' : `connection failed (${code})`)
}
