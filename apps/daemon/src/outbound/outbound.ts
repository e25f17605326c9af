import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { exchange } from './exchange.ts'
import type { OutboundAnswer, OutboundRequest, PostAnswer } from './message.ts'
import { OutboundError, toOutboundError } from './outbound-error.ts'
import { type Allowance, isLoopbackHost, requireAllowed, type Target, targetOf } from './target.ts'

export interface OutboundOptions {
  /** From the machine's own config, never from the network. */
  readonly allow: readonly Allowance[]
  /** All addresses of a name; called once per request. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
  readonly now: () => number
  /** PEM authorities instead of the built-in ones. */
  readonly ca?: string
}

/** The one outbound door (SECURITY "Web and API"): one address that was judged, no redirect followed, capped. */
export interface Outbound {
  /** Throws OutboundError, and nothing else. */
  get(url: string, request: OutboundRequest): Promise<OutboundAnswer>
  /** A POST that says nothing: it opens what its URL names. Throws OutboundError, and nothing else. */
  post(url: string, request: OutboundRequest): Promise<PostAnswer>
}

export const createOutbound = (options: OutboundOptions): Outbound => ({
  get: createAsking('GET', options),
  post: createAsking('POST', options),
})

const createAsking =
  (method: 'GET' | 'POST', { allow, resolve = resolveAll, now, ca }: OutboundOptions) =>
  async (text: string, request: OutboundRequest): Promise<PostAnswer> => {
    const beganMs = now()
    const target = targetOf(text)
    requirePrivacy(target, method === 'POST' || Object.keys(request.headers ?? {}).length > 0)
    const deadline = deadlineOf(request)
    try {
      const addresses = await deadline.within(addressesOf(target, resolve))
      // Trust boundary: a name server is foreign, and one refused address spoils the whole answer (DNS rebinding).
      for (const address of addresses) requireAllowed(target, address, allow)
      const answer = await exchange({ method, target, addresses, request, ca, signal: deadline.signal })
      return { ...answer, tookMs: now() - beganMs }
    } catch (error) {
      throw deadline.reason() ?? toOutboundError(error)
    } finally {
      deadline.clear()
    }
  }

const resolveAll = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address)

const addressesOf = async (
  { host }: Target,
  resolve: (host: string) => Promise<readonly string[]>,
): Promise<readonly string[]> => {
  const addresses = isIP(host) === 0 ? await resolve(host) : [host]
  if (addresses.length === 0) throw new OutboundError('name', 'name not found')
  return addresses
}

/** A token travels encrypted, or not beyond this machine; what a POST opens is named by one, in its URL. */
const requirePrivacy = ({ secure, host }: Target, secret: boolean): void => {
  if (!secure && secret && !isLoopbackHost(host))
    throw new OutboundError('url', 'a token needs https beyond this machine')
}

const deadlineOf = ({ timeoutMs, signal }: OutboundRequest) => {
  const controller = new AbortController()
  let reason: OutboundError | null = null
  const end = (error: OutboundError) => {
    reason ??= error
    controller.abort(error)
  }
  const timer = setTimeout(
    () => end(new OutboundError('timeout', `timeout after ${timeoutMs / 1000} s`)),
    timeoutMs,
  )
  const stop = () => end(new OutboundError('stopped', 'stopped'))
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop, { once: true })
  return {
    signal: controller.signal,
    reason: () => reason,
    /** Name servers cannot be interrupted: their late answer is ignored. */
    within: <T>(work: Promise<T>): Promise<T> => {
      const over = new Promise<never>((_, reject) => {
        if (controller.signal.aborted) reject(reason)
        controller.signal.addEventListener('abort', () => reject(reason), { once: true })
      })
      return Promise.race([work, over])
    },
    clear: () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    },
  }
}
