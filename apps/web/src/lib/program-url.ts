import type { Scope } from '@watchbill/contract/scope'

/** Where programs reach this installation: names under `.localhost` are the browser's alone (SECURITY "Local origin"). */
export function programUrl(origin: string): string {
  const url = new URL(origin)
  if (url.hostname === 'localhost' || url.hostname.endsWith('.localhost')) url.hostname = '127.0.0.1'
  return url.origin
}

/** A GET of this API as a command that runs as it stands; `query` is encoded, so nothing in it reaches the shell. */
export function curlCommand(
  origin: string,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  scope: Scope = 'fleet:read',
): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const search = new URLSearchParams(given).toString()
  const url = `${programUrl(origin)}${path}${search === '' ? '' : `?${search}`}`
  return `curl -sS '${url}' \\\n  -H "authorization: Bearer $(npx watchbill key create --scope ${scope})"`
}
