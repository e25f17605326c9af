/**
 * Why nothing usable came through the outbound door. `url`, `address`: never asked. `name`, `network`, `timeout`, `tls`: no
 * answer. `redirect`, `size`, `headers`, `encoding`, `broken`: something answered, but not in a way that may be read.
 */
export type OutboundFailure =
  | 'url'
  | 'address'
  | 'name'
  | 'network'
  | 'timeout'
  | 'stopped'
  | 'tls'
  | 'redirect'
  | 'size'
  | 'headers'
  | 'encoding'
  | 'broken'

/** Message: a few words for people, without URL, header or body. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError'
  readonly failure: OutboundFailure

  constructor(failure: OutboundFailure, message: string) {
    super(message)
    this.failure = failure
  }
}

const words: Readonly<Record<string, readonly [OutboundFailure, string]>> = {
  ECONNREFUSED: ['network', 'connection refused'],
  ECONNRESET: ['network', 'connection reset'],
  EPIPE: ['network', 'connection reset'],
  EHOSTUNREACH: ['network', 'host unreachable'],
  ENETUNREACH: ['network', 'network unreachable'],
  ETIMEDOUT: ['timeout', 'connection timed out'],
  ENOTFOUND: ['name', 'name not found'],
  EAI_AGAIN: ['name', 'name server does not answer'],
  HPE_HEADER_OVERFLOW: ['headers', 'headers over 16 KiB'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['tls', 'certificate is for another name'],
}

/** Any error of DNS, socket, TLS or HTTP parser in one of our words. */
export const toOutboundError = (error: unknown): OutboundError => {
  if (error instanceof OutboundError) return error
  const code = codeOf(error)
  const [failure, text] = words[code] ?? guess(code)
  return new OutboundError(failure, text)
}

const guess = (code: string): readonly [OutboundFailure, string] => {
  if (code.startsWith('HPE_')) return ['broken', 'not an HTTP answer']
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code)) return ['tls', `certificate refused (${code})`]
  return ['network', code === '' ? 'connection failed' : `connection failed (${code})`]
}

/** Several addresses refused make an AggregateError: its first part tells. */
const codeOf = (error: unknown): string => {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
