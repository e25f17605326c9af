import { Fault } from '@watchbill/contract/fault'
import { GuardFailed } from './write.ts'

/**
 * What a database error means to a caller: GuardFailed for a broken `expect`, Fault('unavailable') when the database
 * is away or stays locked, and otherwise the error itself (a defect of ours, hence a bare 500).
 */
export const readFailure = (error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof Fault) return error
  if (error.message.includes('guard_expect')) {
    return new GuardFailed('an expectation did not hold; nothing was written', { cause: error })
  }
  if (isHeadMoved(error)) return unavailable('Others keep moving the log; nothing was written.', error)
  if (isBusy(error)) return unavailable('The database is busy and stayed busy.', error)
  if (isAway(error)) return unavailable('The database cannot be reached.', error)
  return error
}

/** Somebody else moved the log; nothing of ours was written, so the same entries may be planned again at its new end. */
export const isHeadMoved = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  return error.name === 'HeadMoved' || error.message.includes('guard_head') || isHeadMoved(error.cause)
}

/** Another process holds the write lock; nothing of ours was written, so the same batch may be tried again. */
export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(readCode(error))

const awayCodes = /^(SQLITE_(CANTOPEN|IOERR|NOTADB|CORRUPT|FULL|READONLY)|SERVER_ERROR|HRANA_|STREAM_EXPIRED)/
const awaySystemCodes = /^(ENOENT|EACCES|EPERM|EIO|ENOSPC|EMFILE|ECONN|ETIMEDOUT|EAI_|EPIPE|UND_ERR)/

const isAway = (error: Error): boolean => {
  const code = readCode(error)
  if (awayCodes.test(code) || awaySystemCodes.test(code)) return true
  // fetch() reports a refused connection as TypeError('fetch failed'), its deadline as TimeoutError or AbortError.
  if (/^(TimeoutError|AbortError)$/.test(error.name) || /fetch failed|network/i.test(error.message))
    return true
  return error.cause instanceof Error && error.cause !== error && isAway(error.cause)
}

const readCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** The database is away: 503 with a hint to come back. */
export const unavailable = (detail: string, cause?: unknown): Fault =>
  new Fault('unavailable', detail, {
    mend: 'Try again shortly; /readyz says when the database is back.',
    retryAfterSeconds: 1,
    ...(cause === undefined ? {} : { cause }),
  })

/** The Fault inside an error: drizzle wraps what a `select` throws in an error of its own, query and parameters included. */
export const findFault = (error: unknown): Fault | null => {
  if (error instanceof Fault) return error
  return error instanceof Error && error.cause !== undefined ? findFault(error.cause) : null
}
