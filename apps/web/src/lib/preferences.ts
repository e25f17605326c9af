export type Theme = 'auto' | 'light' | 'dark'

/** Cookies, not localStorage: the server must draw the first paint in the reader's theme and zone. */
export const themeCookie = 'wb-theme'
export const zoneCookie = 'wb-zone'

const yearSeconds = 31_536_000

export function remember(name: string, value: string) {
  // biome-ignore lint/suspicious/noDocumentCookie: cookieStore is missing where there is no TLS
  document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=${yearSeconds}; SameSite=Lax`
}

/** What the cookie says, or `auto`. */
export function knownTheme(value: string | undefined): Theme {
  return value === 'light' || value === 'dark' ? value : 'auto'
}
