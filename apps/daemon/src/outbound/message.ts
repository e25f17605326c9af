export interface OutboundRequest {
  readonly headers?: Readonly<Record<string, string>>
  /** For everything together: name, connection, headers, body. */
  readonly timeoutMs: number
  readonly limitBytes: number
  readonly signal?: AbortSignal
}

export interface OutboundAnswer {
  readonly status: number
  readonly contentType: string | null
  readonly bytes: Uint8Array
  readonly tookMs: number
}
