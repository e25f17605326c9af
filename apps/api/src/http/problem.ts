import { Fault, type FaultCode, type Problem } from '@watchbill/contract/fault'
import { findFault } from '../db/failure.ts'
import { GuardFailed } from '../db/write.ts'

/** RFC 9457 answer to anything thrown: expected faults in full, the rest as a bare 500 that tells only the request id. */
export const problemResponse = (
  error: unknown,
  requestId: string,
  format: 'problem' | 'probe' = 'problem',
): Response => {
  const fault = faultOf(error)
  const { status, title, mend } = table[fault.code]
  const headers = new Headers()
  if (fault.retryAfterSeconds !== null) headers.set('retry-after', String(Math.ceil(fault.retryAfterSeconds)))
  else if (status === 503) headers.set('retry-after', '1')
  if (status === 401) headers.set('www-authenticate', 'Bearer realm="watchbill"')
  if (status === 415) headers.set('accept-encoding', 'gzip, identity')
  if (format === 'probe') {
    headers.set('content-type', 'text/plain; charset=utf-8')
    return new Response(`${fault.code}: ${fault.message}\n`, { status, headers })
  }
  const problem: Problem = {
    type: `urn:watchbill:fault:${fault.code}`,
    title,
    status,
    code: fault.code,
    detail: fault.message,
    mend: fault.mend ?? mend,
    requestId,
    errors: [...fault.errors],
  }
  headers.set('content-type', 'application/problem+json')
  return new Response(JSON.stringify(problem), { status, headers })
}

/** The fault a caller may see. What is not a Fault says nothing about itself (its stack goes to the log). */
export const faultOf = (error: unknown): Fault => {
  const fault = findFault(error)
  if (fault) return fault
  if (error instanceof GuardFailed) {
    return new Fault('conflict', 'what this request is about changed at the same time', { cause: error })
  }
  return new Fault('internal', 'something went wrong on our side', { cause: error })
}

interface Row {
  readonly status: number
  readonly title: string
  /** How to mend it, unless the fault itself knows better. */
  readonly mend: string | null
}

/** The one place where a fault becomes an HTTP status. */
const table: Readonly<Record<FaultCode, Row>> = {
  invalid_json: {
    status: 400,
    title: 'The body is not acceptable JSON',
    mend: 'Send one RFC 8259 document in UTF-8, each key once.',
  },
  invalid_request: {
    status: 400,
    title: 'The request does not fit the contract',
    mend: 'Correct the places named in errors; /openapi.json says what fits.',
  },
  invalid_cursor: {
    status: 400,
    title: 'The cursor is not valid here',
    mend: 'Start again without a cursor.',
  },
  too_costly: {
    status: 422,
    title: 'The question costs more than it may',
    mend: 'Narrow it: a shorter time, an agent, an action.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid credential',
    mend: 'Sign in, or send Authorization: Bearer with a key from `watchbill key create`.',
  },
  forbidden: {
    status: 403,
    title: 'The credential does not allow this',
    mend: 'Use a credential with the scope this call needs.',
  },
  not_found: { status: 404, title: 'Nothing here', mend: 'Check the address and the workspace.' },
  method_not_allowed: {
    status: 405,
    title: 'The method is not allowed here',
    mend: 'Use a method named in Allow.',
  },
  not_acceptable: { status: 406, title: 'No such representation', mend: 'Ask for application/json.' },
  conflict: { status: 409, title: 'In conflict with what stands', mend: 'Read it again, then retry.' },
  gone: { status: 410, title: 'No longer here', mend: null },
  precondition_failed: {
    status: 412,
    title: 'A precondition does not hold',
    mend: 'Read it again, then retry.',
  },
  too_large: { status: 413, title: 'The body is too large', mend: 'Send it in smaller parts.' },
  unsupported_media_type: {
    status: 415,
    title: 'The body is of a kind this call does not take',
    mend: 'Send Content-Type: application/json, plain or with Content-Encoding: gzip.',
  },
  misdirected: {
    status: 421,
    title: 'This server does not answer for that host',
    mend: 'Use the public address, or add the host to the allow-list.',
  },
  rate_limited: { status: 429, title: 'Too many requests', mend: 'Wait as long as Retry-After says.' },
  internal: { status: 500, title: 'Something went wrong on our side', mend: null },
  unavailable: { status: 503, title: 'Not available right now', mend: 'Wait as long as Retry-After says.' },
}
