/** Which credential a token is: an API key, a machine's own, or a one-time enrolment. */
export type TokenKind = 'key' | 'mch' | 'enr'

const shape = /^wb_([a-z][a-z0-9-]{0,39})_(key|mch|enr)_([A-Za-z0-9_-]{43})$/

/** A fresh secret: 256 random bits as 43 base64url characters. */
export const newSecret = (randomBytes: (count: number) => Uint8Array): string => base64url(randomBytes(32))

/** `wb_<workspace>_<kind>_<secret>` (SECURITY "Web and API"). */
export const formatToken = (workspace: string, kind: TokenKind, secret: string): string =>
  `wb_${workspace}_${kind}_${secret}`

/** The parts anyone may read; null when it is no Watchbill credential at all. Says nothing about whether it is known. */
export const parseToken = (token: string): { workspace: string; kind: TokenKind } | null => {
  const [, workspace, kind] = shape.exec(token) ?? []
  if (workspace === undefined || (kind !== 'key' && kind !== 'mch' && kind !== 'enr')) return null
  return { workspace, kind }
}

/** SHA-256 of the whole token, hex. Tokens carry 256 random bits, so a fast hash is enough. */
export const hashToken = async (token: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Compares without stopping at the first difference, so that time tells nothing. */
export const sameHash = (left: string, right: string): boolean => {
  let difference = left.length ^ right.length
  for (let index = 0; index < left.length; index += 1) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index % (right.length || 1))
  }
  return difference === 0
}

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
