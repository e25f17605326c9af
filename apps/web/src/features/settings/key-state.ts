import type { Key } from '@watchbill/contract/identity'

export type KeyState = 'valid' | 'used' | 'revoked' | 'expired'

/** What a key is good for now. An enrolment token that joined a machine is used, not revoked. */
export function keyState(
  key: Pick<Key, 'kind' | 'revokedAt' | 'expiresAt' | 'lastUsedAt'>,
  now: number,
): KeyState {
  if (key.revokedAt !== null) return key.kind === 'enrollment' && key.lastUsedAt !== null ? 'used' : 'revoked'
  return key.expiresAt !== null && Date.parse(key.expiresAt) <= now ? 'expired' : 'valid'
}

export const kindWords: Readonly<Record<Key['kind'], string>> = {
  key: 'API key',
  machine: 'machine',
  enrollment: 'joins once',
}
