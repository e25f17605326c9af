import * as z from 'zod/mini'

/**
 * Every failure a caller can expect, as a closed set (DESIGN rule 4).
 * apps/api maps each to one HTTP status, in one place; anything else is a bare 500 with a request id.
 */
export const faultCodes = [
  'invalid_json',
  'invalid_request',
  'invalid_cursor',
  'too_costly',
  'unauthenticated',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'not_acceptable',
  'conflict',
  'precondition_failed',
  'too_large',
  'unsupported_media_type',
  'misdirected',
  'rate_limited',
  'gone',
  'unavailable',
  'internal',
] as const
export type FaultCode = (typeof faultCodes)[number]
export const FaultCode = z.enum(faultCodes)

/** One wrong place in a request. `pointer` is an RFC 6901 JSON pointer into the body, or `query.x`, `path.x`, `header.x`. */
export const Complaint = z.object({ pointer: z.string(), detail: z.string() })
export type Complaint = z.infer<typeof Complaint>

/** RFC 9457 problem document, with our closed code, the request id and how to mend it. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: FaultCode,
  detail: z.string(),
  mend: z.nullable(z.string()),
  requestId: z.nullable(z.string()),
  errors: z.array(Complaint),
})
export type Problem = z.infer<typeof Problem>

/** An expected failure: says what went wrong, why, and how to mend it. Thrown by services and by the typed client. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode
  readonly mend: string | null
  readonly errors: readonly Complaint[]
  /** Seconds to wait before trying again, where that is known (429, 503). */
  readonly retryAfterSeconds: number | null

  constructor(
    code: FaultCode,
    detail: string,
    more: { mend?: string; errors?: readonly Complaint[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.mend = more.mend ?? null
    this.errors = more.errors ?? []
    this.retryAfterSeconds = more.retryAfterSeconds ?? null
  }
}
