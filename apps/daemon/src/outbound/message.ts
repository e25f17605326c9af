export interface OutboundRequest {
  readonly headers?: Readonly<Record<string, string>>
  /** For everything together: name, connection, headers, body. */
  readonly timeoutMs: number
  readonly limitBytes: number
  readonly signal?: AbortSignal
}

/** A redirect is told, never followed: where it leads, on the origin that was asked, is the caller's to ask. */
export interface PostAnswer extends OutboundAnswer {
  /** Null where the answer points nowhere. */
  readonly location: string | null
  /** `name=value` of each cookie it sets. */
  readonly cookies: readonly string[]
}

export interface OutboundAnswer {
  readonly status: number
  readonly contentType: string | null
  readonly bytes: Uint8Array
  readonly tookMs: number
}
