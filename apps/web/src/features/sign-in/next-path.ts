/** Where to go after signing in: a path of this site, never another origin (`//host`, `/\host`, `javascript:`). */
export function nextPath(next: string | null, origin: string): string {
  if (next === null || !next.startsWith('/')) return '/'
  try {
    const url = new URL(next, origin)
    return url.origin === origin && url.pathname !== '/sign-in' ? url.pathname + url.search : '/'
  } catch {
    return '/'
  }
}

/** The token in `#token`; null when there is none or it cannot be one. */
export function tokenIn(hash: string): string | null {
  const token = hash.replace(/^#/, '')
  return /^[A-Za-z0-9_-]{16,200}$/.test(token) ? token : null
}
