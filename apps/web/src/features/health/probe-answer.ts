import { type Check, HealthDocument } from '@watchbill/contract/probes'

/** What a probe said, or that nothing answered. `checks` is null for callers the API shows no detail. */
export type ProbeAnswer =
  | { readonly kind: 'unreachable'; readonly reason: string }
  | {
      readonly kind: 'answered'
      readonly status: HealthDocument['status']
      readonly checks: readonly Check[] | null
      readonly release: string | null
    }

const refused: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address',
  ENOTFOUND: 'its host name is not known',
  ECONNRESET: 'it closed the connection',
  EHOSTUNREACH: 'its host cannot be reached',
}

/** Why a fetch failed, in words that name no address (an anonymous visitor may read them). */
function failureReason(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed'
  if (error.name === 'TimeoutError') return 'it did not answer in time'
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return refused[code] ?? 'the request failed'
}

/** Reads a health document; anything else that answered is said to be something else. */
export function parseProbe(httpStatus: number, body: unknown): ProbeAnswer {
  const document = HealthDocument.safeParse(body)
  if (!document.success) {
    return { kind: 'unreachable', reason: `what answered (HTTP ${httpStatus}) is not the control plane` }
  }
  const { status, checks, releaseId } = document.data
  return {
    kind: 'answered',
    status,
    checks: checks === undefined ? null : Object.values(checks).flat(),
    release: releaseId ?? null,
  }
}

/**
 * Asks a probe as application/health+json in the reader's name. A credential the API no longer accepts
 * must not hide the answer everyone may have: it is asked again without.
 */
export async function askProbe(url: string, cookie: string | null, timeoutMs: number): Promise<ProbeAnswer> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/health+json', ...(cookie === null ? {} : { cookie }) },
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (cookie !== null && (response.status === 401 || response.status === 403)) {
      return askProbe(url, null, timeoutMs)
    }
    return parseProbe(response.status, await response.json().catch(() => null))
  } catch (error) {
    return { kind: 'unreachable', reason: failureReason(error) }
  }
}
