/** How long an opened link can be read without opening it again. */
export const visitMs = 15 * 60_000

/** Several links can be open in one browser; which of them, the last part of the share's id tells. */
const nameOf = (publicUrl: string, share: string): string =>
  `${isSecure(publicUrl) ? '__Host-' : ''}wb-share-${share.slice(-12)}`

/** Over http no browser takes `__Host-`, and those who serve that way said so (WATCHBILL_INSECURE_HTTP). */
const isSecure = (publicUrl: string): boolean => publicUrl.startsWith('https:')

/** The secret of an opened link that a request carries, or null. */
export const readVisitCookie = (request: Request, publicUrl: string, share: string): string | null => {
  const wanted = `${nameOf(publicUrl, share)}=`
  const found = (request.headers.get('cookie') ?? '')
    .split(';')
    .find((part) => part.trim().startsWith(wanted))
  return found?.trim().slice(wanted.length) ?? null
}

/** `Set-Cookie` of a fresh visit. Strict: nobody else's page can have it read, and the redirect that follows is our own. */
export const visitCookie = (publicUrl: string, share: string, secret: string): string =>
  `${nameOf(publicUrl, share)}=${secret}; Path=/; ${isSecure(publicUrl) ? 'Secure; ' : ''}HttpOnly; SameSite=Strict; ` +
  `Max-Age=${visitMs / 1000}`
