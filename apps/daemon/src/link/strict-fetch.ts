import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

const limitBytes = 16 * 1024 * 1024
const emptyStatus = new Set([204, 205, 304])

/**
 * `fetch` to the control plane over node:http: the built-in one costs 36 MB of memory for its own parser. A redirect
 * would carry the credential to a place nobody named: it is an error (SECURITY "one outbound door").
 */
export const strictFetch: typeof fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input)
  const body = init?.body == null ? null : Buffer.from(await new Response(init.body).arrayBuffer())
  const headers = Object.fromEntries(new Headers(init?.headers))
  if (body !== null) headers['content-length'] = String(body.length)
  const message = await exchange(url, {
    method: init?.method ?? 'GET',
    headers,
    body,
    signal: init?.signal ?? undefined,
  })
  const status = message.statusCode ?? 0
  if (status >= 300 && status < 400 && status !== 304) {
    message.destroy()
    throw new TypeError(`the answer is a redirect (${status})`)
  }
  const bytes = await readAll(message)
  return new Response(emptyStatus.has(status) ? null : bytes, { status, headers: headersOf(message) })
}

interface Sent {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: Buffer | null
  readonly signal: AbortSignal | undefined
}

const exchange = (url: URL, { method, headers, body, signal }: Sent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp
    const outgoing = request(url, { method, headers, ...(signal === undefined ? {} : { signal }) }, resolve)
    outgoing.on('error', reject)
    outgoing.end(body ?? undefined)
  })

const readAll = async (message: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> => {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of message) {
    const bytes = Buffer.from(piece)
    length += bytes.length
    if (length > limitBytes) throw new TypeError(`the answer is over ${limitBytes} bytes`)
    pieces.push(bytes)
  }
  return new Uint8Array(Buffer.concat(pieces))
}

const headersOf = (message: IncomingMessage): Headers => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(message.headers))
    for (const each of Array.isArray(value) ? value : value === undefined ? [] : [value])
      headers.append(name, each)
  return headers
}
