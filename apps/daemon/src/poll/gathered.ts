import type { Gathered } from '@watchbill/runtimes'
import { Refused } from '../collect/open-below.ts'
import { errorCode } from '../error-code.ts'
import { OutboundError, type OutboundFailure } from '../outbound/outbound-error.ts'
import { DatabaseBusy } from './sqlite/private-copy.ts'
import { DatabaseError } from './sqlite/wal.ts'

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ERR_ACCESS_DENIED:
    'the daemon is confined and may not read it; install the service again after changing the config',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
}

/** Something answered here, in a way that may not be read; every other failure is silence. */
const answered: readonly OutboundFailure[] = ['redirect', 'size', 'headers', 'encoding', 'broken']

/** It was asked and said nothing; the message says how. */
export class Silence extends Error {
  override readonly name = 'Silence'
}

/** What became of a document that could not be had. */
export const notGathered = (error: unknown): Gathered => {
  if (error instanceof OutboundError)
    return { kind: answered.includes(error.failure) ? 'garbled' : 'silent', reason: error.message }
  if (error instanceof Refused || error instanceof DatabaseError)
    return { kind: 'garbled', reason: error.message }
  if (error instanceof DatabaseBusy || error instanceof Silence)
    return { kind: 'silent', reason: error.message }
  const code = errorCode(error) ?? 'unknown error'
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' }
  return { kind: 'silent', reason: words[code] ?? `cannot be read (${code})` }
}

export const documentOf = (bytes: Uint8Array, writtenAt: string | null = null): Gathered => ({
  kind: 'document',
  bytes,
  httpStatus: null,
  writtenAt,
})
