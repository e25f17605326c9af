const standIn = 'http://127.0.0.1:4040'

/** The origin the browser asked, as the front in front of us says; only ever shown, never trusted. */
export function requestOrigin(headers: { get(name: string): string | null }): string {
  const scheme = headers.get('x-forwarded-proto') === 'https' ? 'https' : 'http'
  const origin = `${scheme}://${headers.get('host') ?? ''}`
  return URL.canParse(origin) ? new URL(origin).origin : standIn
}
