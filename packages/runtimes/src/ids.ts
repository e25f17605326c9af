import { sha256 } from '@noble/hashes/sha2.js'
import { derivedId } from '@watchbill/contract/ids'

const digest = (parts: readonly string[]) =>
  sha256(new TextEncoder().encode(parts.map((part) => `${part.length}:${part}`).join('\n')))

/** `ses_…` of a runtime's session below an agent. */
export const sessionIdOf = (agentId: string, nativeId: string): string =>
  derivedId('ses', digest(['watchbill session v1', agentId, nativeId]))
