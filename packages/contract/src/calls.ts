import type { Endpoint } from './endpoint.ts'
import { Fault, Problem } from './fault.ts'

export interface ClientOptions {
  /** `http://127.0.0.1:4040`; may carry a path. */
  readonly baseUrl: string
  readonly fetch?: typeof fetch
  /** Bearer credential; a browser leaves it out and sends its cookie. */
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as `?workspace=`; without it the credential's own. */
  readonly workspace?: string
  readonly signal?: AbortSignal
  /** Bodies from this many bytes on are sent gzipped where the platform can; unset sends them plain. */
  readonly gzipFromBytes?: number
}

export interface CallOptions {
  readonly signal?: AbortSignal
  /** Headers of this call alone: `if-none-match`, `last-event-id`. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface RawArgs {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
}
export type RawCall = (args?: RawArgs, call?: CallOptions) => Promise<unknown>

/** One call for each row of a table: what `createClient` types, for whoever needs a part of the contract alone. */
export const callsOf = (
  table: Readonly<Record<string, Endpoint>>,
  options: ClientOptions,
): Record<string, RawCall> =>
  Object.fromEntries(
    Object.entries(table).map(([name, row]): [string, RawCall] => [
      name,
      (args = {}, call = {}) => send(row, options, args, call),
    ]),
  )

const send = async (row: Endpoint, options: ClientOptions, args: RawArgs, call: CallOptions) => {
  const url = urlOf(row, options, args)
  const headers = new Headers({ accept: acceptOf(row), ...options.headers, ...call.headers })
  if (options.token !== undefined) headers.set('authorization', `Bearer ${options.token}`)
  const body = row.body === undefined ? null : await bodyOf(args.body, headers, options.gzipFromBytes)
  // A cookie write is refused without a JSON content type, even where it has no body.
  if (row.method !== 'GET') headers.set('content-type', 'application/json')
  const signals = [options.signal, call.signal].filter((signal) => signal !== undefined)
  const signal = signals.length > 1 ? AbortSignal.any(signals) : (signals[0] ?? null)
  const response = await reach(options.fetch ?? fetch, url, { method: row.method, headers, body, signal })
  if (!response.ok && row.errors !== 'probe') throw await faultOf(response)
  return readReply(row, response)
}

const urlOf = (row: Endpoint, options: ClientOptions, args: RawArgs): string => {
  const path = row.path.replace(/:([a-zA-Z]+)(\{\.\+\})?/g, (_, name: string, rest?: string) => {
    const value = args.params?.[name] ?? ''
    // `:path{.+}` spans segments: its slashes are the address's own.
    return rest === undefined ? encodeURIComponent(value) : value.split('/').map(encodeURIComponent).join('/')
  })
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(args.query ?? {}))
    if (value !== undefined) query.set(name, value)
  if (options.workspace !== undefined) query.set('workspace', options.workspace)
  const search = query.size > 0 ? `?${query}` : ''
  return `${options.baseUrl.replace(/\/$/, '')}${path}${search}`
}

const acceptOf = ({ reply }: Endpoint): string => {
  if (reply === 'sse') return 'text/event-stream'
  if (reply === 'text') return 'text/plain'
  return reply === 'bytes' ? '*/*' : 'application/json'
}

const bodyOf = async (
  body: unknown,
  headers: Headers,
  gzipFromBytes = Number.POSITIVE_INFINITY,
): Promise<BodyInit> => {
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  if (bytes.length < gzipFromBytes || typeof CompressionStream === 'undefined') return bytes
  headers.set('content-encoding', 'gzip')
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Response(packed).arrayBuffer()
}

const reach = async (fetchIt: typeof fetch, url: string, init: RequestInit): Promise<Response> => {
  try {
    return await fetchIt(url, init)
  } catch (error) {
    if (init.signal?.aborted) throw init.signal.reason
    throw new Fault('unavailable', 'the control plane cannot be reached', { cause: error })
  }
}

const readReply = async (row: Endpoint, response: Response): Promise<unknown> => {
  if (row.reply === 'none') return undefined
  if (row.reply !== 'json' || row.response === undefined) return response
  const parsed = row.response.safeParse(await response.json().catch(() => undefined))
  if (parsed.success) return parsed.data
  const place = parsed.error.issues[0]?.path.join('/') ?? ''
  throw new Fault('internal', `the answer to ${row.path} does not fit the contract at /${place}`, {
    cause: parsed.error,
  })
}

/** A refusal as the Fault it names; one without a problem document (a proxy's page) by its status. */
const faultOf = async (response: Response): Promise<Fault> => {
  const parsed = Problem.safeParse(await response.json().catch(() => undefined))
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  const wait = Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : {}
  if (!parsed.success) {
    const code =
      response.status === 401 ? 'unauthenticated' : response.status < 500 ? 'internal' : 'unavailable'
    return new Fault(code, `the control plane answered ${response.status} without a reason`, wait)
  }
  const { code, detail, mend, errors } = parsed.data
  return new Fault(code, detail, { errors, ...(mend === null ? {} : { mend }), ...wait })
}
