/** The one way out of the control plane (SECURITY "Web and API"). Throws OutboundError, and nothing else. */
export interface Outbound {
  post(url: string, request: OutboundRequest): Promise<OutboundAnswer>
}

export interface OutboundRequest {
  readonly contentType: string
  readonly body: string
  /** For everything together: name, connection, headers, body. */
  readonly timeoutMs: number
  readonly limitBytes: number
}

export interface OutboundAnswer {
  readonly status: number
  readonly contentType: string | null
  readonly text: string
}

/** Message: a few words for people, without URL, header or body. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError'
}

/** Throws OutboundError for anything but a plain http(s) URL; it never repeats the URL, which may hold a secret. */
export const requireUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) throw new OutboundError('neither http nor https')
  if (url.username !== '' || url.password !== '') throw new OutboundError('credentials in the URL')
  return url
}
