import type { MiddlewareHandler } from 'hono'
import { isLoopbackHttp, probe } from './cookie.ts'

/**
 * On the 401 a sign-in page sees first, asks whether this browser keeps `__Host-` cookies on loopback http; sign-in
 * looks whether it came back. Elsewhere there is TLS and nothing to ask.
 */
export const offerProbeCookie = (publicUrl: string): MiddlewareHandler => {
  const needed = isLoopbackHttp(publicUrl)
  return async (c, next) => {
    await next()
    if (needed && c.res.status === 401) c.header('set-cookie', probe, { append: true })
  }
}
