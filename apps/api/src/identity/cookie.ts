import { isLoopback } from '../http/loopback.ts'

/** Session cookie. `__Host-` binds it to this exact host, over TLS or a trustworthy loopback name. */
const hostCookie = '__Host-wb'
/** Only on loopback http, for a browser that refuses `__Host-` there (SECURITY "Web and API"). */
const plainCookie = 'wb'
/** Set on the 401 a sign-in page sees first; if it comes back, this browser keeps `__Host-` cookies here. */
const probeCookie = '__Host-wb-probe'

/** Absolute life of a browser session; without use it ends after `idleMs`. */
export const sessionMs = 7 * 86_400_000
export const idleMs = 12 * 3_600_000

/** Whether cookies may go without TLS here: http on a name that never leaves this machine. */
export const isLoopbackHttp = (publicUrl: string): boolean => {
  const { protocol, hostname } = new URL(publicUrl)
  return protocol === 'http:' && isLoopback(hostname)
}

/** The session secret a request carries, or null. The plain name counts on loopback http alone. */
export const readSessionCookie = (request: Request, publicUrl: string): string | null => {
  const cookies = readCookies(request)
  const plain = isLoopbackHttp(publicUrl) ? cookies.get(plainCookie) : undefined
  return cookies.get(hostCookie) ?? plain ?? null
}

/** `Set-Cookie` for a new session. */
export const sessionCookie = (request: Request, publicUrl: string, secret: string): string => {
  const maxAge = `Max-Age=${sessionMs / 1000}`
  const refused = isLoopbackHttp(publicUrl) && !readCookies(request).has(probeCookie)
  return refused
    ? `${plainCookie}=${secret}; Path=/; HttpOnly; SameSite=Lax; ${maxAge}`
    : `${hostCookie}=${secret}; Path=/; Secure; HttpOnly; SameSite=Lax; ${maxAge}`
}

/** `Set-Cookie` lines that forget a session under either name. */
export const forgetSession: readonly string[] = [
  `${hostCookie}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`,
  `${plainCookie}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`,
]

/** `Set-Cookie` that asks whether this browser keeps a `__Host-` cookie; it lives as long as a sign-in link. */
export const probe = `${probeCookie}=1; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=900`

const readCookies = (request: Request): ReadonlyMap<string, string> => {
  const pairs = new Map<string, string>()
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const at = part.indexOf('=')
    const name = part.slice(0, at).trim()
    if (at > 0 && !pairs.has(name)) pairs.set(name, part.slice(at + 1).trim())
  }
  return pairs
}
