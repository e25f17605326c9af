import type { Endpoint } from '@watchbill/contract/endpoint'
import { misfit } from './complaints.ts'
import { WithHeaders } from './handler.ts'

/** A weak validator of what a reply says: leave `now` and the like out of `basis`, or it never matches. */
export const etagFor = async (basis: unknown): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(basis)))
  const short = String.fromCharCode(...new Uint8Array(digest).subarray(0, 16))
  return `W/"${btoa(short).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}"`
}

/** A reply with its ETag; answers 304 when the caller already holds it. */
export const withEtag = async <T>(body: T, basis: unknown = body): Promise<WithHeaders<T>> =>
  new WithHeaders(body, { etag: await etagFor(basis) })

/** Turns what a handler returned into the answer. A body that breaks the contract is our own error, not the caller's. */
export const replyResponse = (row: Endpoint, result: unknown, request: Request): Response => {
  const { body, headers } = result instanceof WithHeaders ? result : { body: result, headers: {} }
  if (body instanceof Response) return body
  const out = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === 'string' ? [value] : value) out.append(name, one)
  }
  const etag = out.get('etag')
  if (etag !== null) {
    out.set('cache-control', 'private, no-cache')
    out.set('vary', 'authorization, cookie')
    if (isHeld(request, etag)) return new Response(null, { status: 304, headers: out })
  }
  if (row.reply === 'none') return new Response(null, { status: row.status ?? 204, headers: out })
  out.set('content-type', 'application/json')
  return new Response(formatBody(row, body), { status: row.status ?? 200, headers: out })
}

const formatBody = (row: Endpoint, body: unknown): string => {
  if (row.reply !== 'json' || !row.response) throw new Error(`${row.path} must answer with a Response`)
  const parsed = row.response.safeParse(body)
  if (!parsed.success) throw new Error(`${row.path} breaks its contract at ${misfit(parsed.error)}`)
  return JSON.stringify(parsed.data)
}

/** RFC 9110 §13.1.2: weak comparison, a list or `*`. */
const isHeld = (request: Request, etag: string): boolean => {
  const held = request.headers.get('if-none-match')
  if (held === null || (request.method !== 'GET' && request.method !== 'HEAD')) return false
  const bare = (tag: string) => tag.trim().replace(/^W\//, '')
  return held.trim() === '*' || held.split(',').some((tag) => bare(tag) === bare(etag))
}

/** Headers of every answer of this API. What a handler set on purpose (a cache policy, a CSP) stands. */
export const secured = (response: Response, requestId: string): Response => {
  const headers = new Headers(response.headers)
  headers.set('x-request-id', requestId)
  headers.set('x-content-type-options', 'nosniff')
  headers.set('referrer-policy', 'no-referrer')
  headers.set('cross-origin-resource-policy', 'same-origin')
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
  if (!headers.has('content-security-policy')) {
    headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  }
  return new Response(response.body, { status: response.status, headers })
}
