import { Fault } from '@watchbill/contract/fault'
import type { AppConfig } from '../deps.ts'

export interface HostGuard {
  /** Whether a Host header names us. */
  isOurHost(host: string): boolean
  /** Throws Fault `misdirected` for a Host that is not ours (SECURITY "Web and API": DNS rebinding). */
  requireOurHost(request: Request): void
  /** Throws Fault `forbidden` unless the Origin header is exactly that of publicUrl, scheme and port included. */
  requireOurOrigin(request: Request): void
}

export const createHostGuard = (config: AppConfig): HostGuard => {
  const publicUrl = new URL(config.publicUrl)
  const hosts = new Set([publicUrl.host, ...config.allowedHosts].map((host) => host.toLowerCase()))
  const isOurHost = (host: string) => hosts.has(host.toLowerCase())
  return {
    isOurHost,
    requireOurHost(request) {
      // An edge platform has routed by the URL already; what stands in Host there is its own affair.
      const named = config.runtime === 'node' ? request.headers.get('host') : null
      const host = named ?? new URL(request.url).host
      if (!isOurHost(host)) {
        throw new Fault('misdirected', 'the Host header names a host this server does not answer for')
      }
    },
    requireOurOrigin(request) {
      const origin = request.headers.get('origin')
      if (origin === publicUrl.origin) return
      throw new Fault(
        'forbidden',
        origin === null
          ? 'a write with a session cookie needs an Origin header'
          : 'the Origin of this write is another site',
        { mend: `Send it from ${publicUrl.origin}, or use a key instead of the cookie.` },
      )
    },
  }
}
